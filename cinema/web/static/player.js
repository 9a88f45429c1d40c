// The player: goes on where one stopped, on this device or another, and tells how far it is.
// A place has a version, one more than the newest that is known; the highest is the last word.
const video = document.getElementById("player");
const said = document.getElementById("player-said");
const EVERY = 10; // seconds of watching between two words of it
const AGAIN = 10000; // a new address is asked for no more often, in milliseconds

const clock = (seconds) => {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
};

function play(movie) {
  let version = Number(video.dataset.version);
  let position = Number(video.dataset.position);
  let asked = 0;
  let seen = position; // a film whose address has run out forgets where it was

  const call = async (path, options = {}) => {
    const send = () => fetch(`/api/v1/library/${movie}/${path}`, options);
    const answer = await send();
    if (answer.status !== 401) return answer;
    await fetch("/refresh", { method: "POST" });
    return send();
  };

  function goTo(place) {
    position = place;
    video.currentTime = place;
  }

  // What another device has said: taken over where nobody is watching here.
  function heard(news) {
    if (news.version <= version) return;
    version = news.version;
    if (!video.paused || news.position === Math.floor(video.currentTime)) return;
    goTo(news.position);
    said.textContent = `Moved to ${clock(news.position)}, where you are on another device.`;
  }

  async function tell() {
    const place = Math.floor(video.currentTime);
    if (place === position || video.readyState < 1) return;
    position = place;
    const body = { position: place, version: ++version };
    if (video.duration >= 1 && isFinite(video.duration)) body.duration = Math.floor(video.duration);
    try {
      const answer = await call("progress", {
        method: "PUT",
        body: JSON.stringify(body),
        headers: { "Content-Type": "application/json" },
        keepalive: true, // it goes out though the page is closed
      });
      if (answer.ok) heard(await answer.json());
    } catch {
      // Offline: the next word says the same.
      position = -1;
    }
  }

  // An address lasts for minutes, a film for hours: when it has run out another one is asked for.
  async function reload() {
    if (Date.now() - asked < AGAIN) {
      said.textContent = "The film cannot be played at the moment.";
      return;
    }
    asked = Date.now();
    const [place, playing] = [seen, !video.paused];
    try {
      const answer = await call("playback");
      if (answer.status === 404) return location.reload();
      if (!answer.ok) throw new Error(answer.statusText);
      video.src = (await answer.json()).url;
      goTo(place);
      if (playing) await video.play();
    } catch {
      said.textContent = "The film cannot be played at the moment.";
    }
  }

  video.addEventListener("timeupdate", () => {
    if (video.readyState > 0 && !video.error) seen = video.currentTime;
    if (!video.paused && Math.abs(video.currentTime - position) >= EVERY) tell();
  });
  for (const event of ["pause", "seeked", "ended"]) video.addEventListener(event, tell);
  video.addEventListener("play", () => (said.textContent = ""));
  video.addEventListener("error", reload);
  addEventListener("pagehide", tell);
  document.addEventListener("visibilitychange", () => document.hidden && tell());
  document.addEventListener("live:progress.changed", ({ detail: { data } }) => {
    if (data.movie_id === movie) heard(data);
  });
  document.addEventListener("keydown", press);
  if (video.error) reload();
}

const KEYS = {
  " ": () => (video.paused ? video.play() : video.pause()),
  k: () => (video.paused ? video.play() : video.pause()),
  ArrowLeft: () => (video.currentTime -= 10),
  ArrowRight: () => (video.currentTime += 10),
  m: () => (video.muted = !video.muted),
  f: () => (document.fullscreenElement ? document.exitFullscreen() : video.requestFullscreen()),
};

function press(event) {
  const taken = event.target.closest("a, button, input, select, textarea, summary, video");
  if (taken || event.ctrlKey || event.altKey || event.metaKey || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
}

if (video) play(Number(video.dataset.movie));
else document.addEventListener("live:movie.changed", () => location.reload());
