// Live pages. All tabs of a browser share one socket: the tab that holds the lock owns it and
// passes every frame on. Each tab knows how far each of its channels has come (a mark, the cursor
// with which the page was rendered), so it misses nothing and shows nothing twice.
//
//   <section data-channel="movie:42" data-cursor="k3f9.17">   what the page shows, and as of when
//   <ul id="comments" data-live-replace="comment.created,comment.deleted" [data-src="/..."]>
//   <p data-live-state role="status">                         live / reconnecting / caught up
//   document.addEventListener("live:order.paid", (e) => e.detail.data)
//   element.dispatchEvent(new CustomEvent("live-stale", { bubbles: true }))
(() => {
  "use strict";
  const NAME = "cinema-live";
  const SILENCE = 40000; // a position comes every 25 s
  const PATIENCE = 3000; // then a tab in sight takes the socket over
  const SEEN = 2000;

  const epoch = (cursor) => cursor.slice(0, cursor.lastIndexOf("."));
  const seq = (cursor) => Number(cursor.slice(cursor.lastIndexOf(".") + 1));
  const news = (cursor, mark) => epoch(cursor) !== epoch(mark) || seq(cursor) > seq(mark);

  // ---- This tab: its marks, its events, its fragments ----
  const me = String(Math.random());
  const marks = {};
  const seen = new Set();
  let covered = false; // the owner of the socket has subscribed what we want
  for (const element of document.querySelectorAll("[data-channel][data-cursor]")) {
    const { channel, cursor } = element.dataset;
    if (!(channel in marks) || news(marks[channel], cursor)) marks[channel] = cursor;
  }
  function hear(frame) {
    if (frame.type === "event") happened(frame);
    if (frame.type === "position" && covered) advance(Object.keys(marks), frame.cursor);
    if (frame.type === "reset") {
      const mine = frame.channels.filter((name) => name in marks && news(frame.cursor, marks[name]));
      if (mine.length) startOver(mine, frame.cursor);
    }
  }

  function advance(channels, cursor) {
    for (const name of channels) if (news(cursor, marks[name])) marks[name] = cursor;
  }

  function happened({ cursor, channel, also, event, at, data }) {
    const mine = [channel, ...also].filter((name) => name in marks);
    const fresh = mine.filter((name) => news(cursor, marks[name]));
    advance(fresh, cursor);
    if (!fresh.length || seen.has(cursor)) return;
    seen.add(cursor);
    if (seen.size > SEEN) seen.delete(seen.values().next().value);
    document.dispatchEvent(
      new CustomEvent("live:" + event, { detail: { channel, also, event, at, data, cursor } }),
    );
    for (const element of document.querySelectorAll("[data-live-replace]")) {
      const where = element.closest("[data-channel]");
      if (!where || !mine.includes(where.dataset.channel)) continue;
      if (element.dataset.liveReplace.split(/[\s,]+/).includes(event)) stale(element);
    }
  }

  // Fragments are fetched, never patched: applying an event twice changes nothing.
  const waiting = new Map(); // address -> ids of the elements
  let fetching = false;
  function stale(element) {
    const address = element.dataset.src || location.href;
    if (!waiting.has(address)) waiting.set(address, new Set());
    waiting.get(address).add(element.id);
    if (!fetching) setTimeout(refresh, 0);
  }

  // Other scripts may know better what has become old.
  document.addEventListener("live-stale", (event) => stale(event.target));

  async function refresh() {
    if (fetching) return;
    fetching = true;
    while (waiting.size) {
      const [address, ids] = waiting.entries().next().value;
      waiting.delete(address);
      try {
        const answer = await fetch(address, { headers: { Accept: "text/html" } });
        if (answer.status >= 500) throw new Error(answer.statusText);
        if (answer.ok) replace(ids, await answer.text());
      } catch {
        waiting.set(address, new Set([...ids, ...(waiting.get(address) || [])]));
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    }
    fetching = false;
  }

  function replace(ids, html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const id of ids) {
      const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (!old || !fresh) continue;
      const focused = old.contains(document.activeElement) && document.activeElement.id;
      old.replaceWith(document.adoptNode(fresh));
      if (focused) document.getElementById(focused)?.focus();
      document.dispatchEvent(new CustomEvent("live-replaced", { detail: { id } }));
    }
  }

  function startOver(channels, cursor) {
    advance(channels, cursor);
    const fields = [...document.querySelectorAll("input:not([type=hidden]), textarea")];
    const typing = fields.some((field) => "value" in field && field.value !== field.defaultValue);
    if (!typing) return location.reload();
    show("outdated");
    document.dispatchEvent(new CustomEvent("live-reset", { detail: { channels } }));
  }

  const WORDS = {
    live: () => "Live",
    reconnecting: () => "Reconnecting…",
    "caught-up": (count) => `Caught up on ${count}`,
    outdated: () => "This page is out of date. Reload it when you have finished typing.",
  };
  let calm, shown;
  function show(state, count) {
    clearTimeout(calm);
    shown = state;
    for (const element of document.querySelectorAll("[data-live-state]")) {
      if (element.dataset.liveState === "outdated") continue;
      element.dataset.liveState = state;
      element.textContent = WORDS[state](count);
    }
    if (state === "caught-up") calm = setTimeout(show, 5000, "live");
  }

  if (!Object.keys(marks).length) return;

  // ---- Between the tabs ----
  const air = "BroadcastChannel" in window && navigator.locks ? new BroadcastChannel(NAME) : null;
  let owner = null;
  let wants = 0;
  let doubt;
  function tell(message) {
    air?.postMessage(message);
    take(message);
  }
  function want() {
    covered = false;
    clearTimeout(doubt);
    if (air) doubt = setTimeout(() => document.hidden || own({ steal: true }), PATIENCE);
    tell({ want: marks, tab: me, number: ++wants });
  }
  function take(message) {
    if (message.frame) hear(message.frame);
    if (message.state) show(message.state, message.count);
    if (message.state === "reconnecting") covered = false;
    if (message.call && !owner) want();
    if (message.covers?.[me] === wants) {
      covered = true;
      if (!shown) show("live"); // a tab that came after the socket's last word
    }
    if (message.noted === me) clearTimeout(doubt);
    if (message.want) owner?.want(message);
    if (message.bye) owner?.bye(message.bye);
  }
  if (air) air.onmessage = (event) => take(event.data);

  function own(options) {
    const start = () => {
      owner = openSocket();
      tell({ call: true });
      want();
      return new Promise(() => {}); // the lock is ours until the tab closes or it is stolen
    };
    if (!air) return void start();
    navigator.locks.request(NAME, options, start).catch(() => {
      owner?.stop();
      owner = null;
      own({});
    });
  }

  // ---- The owner of the socket ----
  function openSocket() {
    const told = {}; // channel -> the cursor up to which every tab has been told
    const sure = new Set(); // channels that this very socket has confirmed
    const hopeless = new Set(); // channels refused even with a fresh login
    const asked = new Map(); // tab -> its channels and the number of its asking
    const owed = new Map(); // request -> the askings that its answer covers
    let [socket, timer, silence, alive, stopped, renewed] = [];
    let [requests, failures, missed] = [0, 0, 0];

    function send(type, channels, cursor) {
      socket.send(JSON.stringify({ id: ++requests, type, channels, cursor }));
    }

    function subscribe(channels, covers) {
      const groups = {};
      for (const name of channels) {
        sure.delete(name);
        (groups[told[name]] ||= []).push(name);
      }
      for (const cursor in groups) send("subscribe", groups[cursor], cursor);
      if (channels.length) owed.set(requests, covers);
      else tell({ covers });
    }

    function connect() {
      clearTimeout(timer);
      sure.clear();
      owed.clear();
      missed = 0;
      alive = true;
      socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/api/v1/realtime");
      socket.onopen = () => {
        const channels = Object.keys(told).filter((name) => !hopeless.has(name));
        const covers = {};
        for (const [tab, { number }] of asked) covers[tab] = number;
        if (channels.length) subscribe(channels, covers);
        else abandon();
      };
      socket.onmessage = (event) => receive(JSON.parse(event.data));
      socket.onclose = (event) => lost(event.code);
      listen();
    }

    function listen() {
      clearTimeout(silence);
      silence = setTimeout(drop, SILENCE);
    }

    function abandon() {
      // A dead connection answers no close frame: go on without waiting for it.
      clearTimeout(silence);
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      alive = false;
    }

    function drop() {
      if (!alive) return;
      abandon();
      lost(0);
    }

    function receive(frame) {
      listen();
      if (frame.type === "subscribed") {
        frame.channels.forEach((name) => sure.add(name));
        missed += frame.recovered;
        if (!frame.recovered) reach(frame.channels, frame.cursor);
      } else if (frame.type === "event" || frame.type === "position") {
        reach(sure, frame.cursor);
      } else if (frame.type === "reset") {
        for (const name of frame.channels) told[name] = frame.cursor;
      } else if (frame.code === "forbidden") {
        if (!renewed) return void renew();
        hopeless.add(frame.channel);
        if (Object.keys(told).every((name) => hopeless.has(name))) return void forsake();
      }
      if (frame.id === requests && frame.type !== "unsubscribed") settled();
      if (owed.has(frame.id)) tell({ covers: owed.get(frame.id) });
      owed.delete(frame.id);
      tell({ frame });
    }

    function forsake() {
      // A socket that hears nothing is no use: the next tab to come or into sight tries again.
      renewed = false;
      abandon();
    }

    function settled() {
      tell(failures && missed ? { state: "caught-up", count: missed } : { state: "live" });
      failures = missed = 0;
      renewed = false;
    }

    function reach(channels, cursor) {
      for (const name of channels) if (name in told && news(cursor, told[name])) told[name] = cursor;
    }

    async function renew() {
      // The socket was opened without a login, or with one that has run out.
      renewed = true;
      abandon();
      await fetch("/refresh", { method: "POST" }).catch(() => {});
      if (!stopped && !alive) connect();
    }

    function lost(code) {
      clearTimeout(silence);
      alive = false;
      if (stopped) return;
      tell({ state: "reconnecting" });
      if (code === 4401 && !renewed) return void renew();
      const ceiling = Math.min(30000, 500 * 2 ** failures++);
      timer = setTimeout(connect, (code === 4429 ? 5000 : 0) + Math.random() * ceiling);
    }

    connect();
    return {
      drop,
      want({ want, tab, number }) {
        tell({ noted: tab });
        asked.set(tab, { channels: Object.keys(want), number });
        const older = Object.keys(want).filter(
          (name) => !(name in told) || hopeless.has(name) || news(told[name], want[name]),
        );
        for (const name of older) {
          told[name] = want[name];
          hopeless.delete(name);
        }
        if (socket.readyState === WebSocket.OPEN) subscribe(older, { [tab]: number });
        else this.again();
      },
      bye(tab) {
        asked.delete(tab);
        const needed = new Set([...asked.values()].flatMap(({ channels }) => channels));
        const idle = Object.keys(told).filter((name) => !needed.has(name));
        for (const name of idle) {
          delete told[name];
          sure.delete(name);
        }
        if (idle.length && socket.readyState === WebSocket.OPEN) send("unsubscribe", idle);
      },
      again() {
        if (!alive && !stopped) connect();
      },
      stop() {
        stopped = true;
        clearTimeout(timer);
        abandon();
      },
    };
  }

  addEventListener("online", () => owner?.again());
  addEventListener("offline", () => owner?.drop());
  addEventListener("pagehide", () => tell({ bye: me }));
  addEventListener("pageshow", (event) => event.persisted && want());
  document.addEventListener("visibilitychange", () => document.hidden || want());
  own({});
  if (air) want();
})();
