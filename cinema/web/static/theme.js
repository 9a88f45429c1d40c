// Runs before the first paint, so that a remembered choice does not flash.
const root = document.documentElement;
let chosen = null;
try {
  chosen = localStorage.getItem("theme");
} catch {
  // A browser that forbids storage follows the system's scheme.
}
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
root.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : dark ? "dark" : "light";
root.dataset.js = "";
