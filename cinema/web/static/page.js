// Small comforts; every page works without them.
const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

function localise(scope) {
  for (const time of scope.querySelectorAll("time[data-local]")) {
    const moment = new Date(time.dateTime);
    const text = (time.dataset.local === "date" ? day : words).format(moment);
    if (time.textContent !== text) time.textContent = text;
  }
}

function left(until) {
  const seconds = Math.max(0, Math.round((new Date(until) - Date.now()) / 1000));
  const rest = String(seconds % 60).padStart(2, "0");
  return seconds ? `${Math.floor(seconds / 60)}:${rest}` : "a moment";
}

function tick() {
  for (const clock of document.querySelectorAll("[data-countdown]")) {
    const text = left(clock.dataset.countdown);
    if (clock.textContent !== text) clock.textContent = text;
  }
}

// Live fragments are replaced whole, so what is new is dressed as it comes.
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes) if (node instanceof Element) localise(node);
  tick();
}).observe(document.getElementById("main"), { childList: true, subtree: true });

// The cart shows today's prices: it is fetched again when one of its own films has changed.
for (const event of ["movie.changed", "movie.released", "movie.deleted"])
  document.addEventListener("live:" + event, ({ detail }) => {
    const line = document.querySelector(`[data-cart-movie="${Number(detail.data.movie_id)}"]`);
    const cart = line?.closest("[data-live-cart]");
    cart?.dispatchEvent(new CustomEvent("live-stale", { bubbles: true }));
  });

// A visitor's cart is a cookie of which no server tells, so the tabs of a browser tell each other
// what theirs shows. One that shows something else fetches it, and says so if the other was late.
if ("BroadcastChannel" in window) {
  const air = new BroadcastChannel("cinema-guest-cart");
  const shown = () => document.getElementById("cart-badge")?.dataset.guestCart;
  let heard;
  const say = () => {
    if (shown() !== undefined && shown() !== heard) air.postMessage((heard = shown()));
  };
  const fetchAgain = () => {
    for (const part of document.querySelectorAll("[data-guest-cart], [data-follows-guest-cart]"))
      part.dispatchEvent(new CustomEvent("live-stale", { bubbles: true }));
  };
  air.onmessage = ({ data }) => {
    heard = data;
    if (shown() !== undefined && shown() !== heard) fetchAgain();
  };
  document.addEventListener("live-replaced", ({ detail }) => detail.id === "cart-badge" && say());
  addEventListener("pageshow", ({ persisted }) => (persisted ? fetchAgain() : say()));
}

document.querySelector("[data-theme-switch]").addEventListener("click", () => {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // The choice then lasts as long as the page.
  }
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (menu !== except) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A second press of a button that is already at work does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
  }
});

async function preview(canvas, file) {
  const picture = await createImageBitmap(file);
  const side = Math.min(picture.width, picture.height);
  const [x, y] = [(picture.width - side) / 2, (picture.height - side) / 2];
  canvas.getContext("2d").drawImage(picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  canvas.hidden = false;
}
for (const canvas of document.querySelectorAll("canvas[data-preview-of]")) {
  document.getElementById(canvas.dataset.previewOf).addEventListener("change", (event) => {
    const [file] = event.target.files;
    canvas.hidden = true;
    if (file) preview(canvas, file).catch(() => {});
  });
}

localise(document);
tick();
setInterval(tick, 1000);
