// Suggestions under the search box: a combobox whose list is a help, never in the way. What was
// typed is searched as it stands unless one of the names is chosen.
(() => {
  "use strict";
  const PAUSE = 120; // ms without a key before the house is asked
  const KINDS = { movie: "Film", director: "Director", star: "Actor" };
  const box = document.getElementById("q");
  const list = document.createElement("ul");
  const told = document.createElement("p");
  let names = [];
  let active = -1;
  let timer;
  let asking;

  Object.assign(list, { id: "q-names", hidden: true, className: "names" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Names that fit");
  told.className = "unseen";
  told.setAttribute("role", "status");
  const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
  for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
  box.after(list, told);

  const address = ({ kind, id, name }) =>
    kind === "movie" ? `/movies/${id}` : `/?${new URLSearchParams({ [kind]: name })}`;

  function option(one, number) {
    const item = document.createElement("li");
    const kind = document.createElement("span");
    item.id = `q-name-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.append(one.name, kind);
    kind.textContent = one.year ? `${KINDS[one.kind]}, ${one.year}` : KINDS[one.kind];
    item.addEventListener("click", () => location.assign(address(one)));
    return item;
  }

  function show(found) {
    names = found;
    mark(-1);
    list.replaceChildren(...names.map(option));
    list.hidden = !names.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
    told.textContent = names.length ? `${names.length} ${names.length === 1 ? "name fits" : "names fit"}` : "";
  }

  function mark(number) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = number;
    const item = list.children[active];
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    if (item) box.setAttribute("aria-activedescendant", item.id);
    else box.removeAttribute("aria-activedescendant");
  }

  function close() {
    clearTimeout(timer);
    asking?.abort();
    show([]);
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const query = new URLSearchParams({ q: box.value });
      const answer = await fetch(`/api/v1/movies/suggest?${query}`, { signal });
      const found = answer.ok ? (await answer.json()).items : [];
      if (!signal.aborted) show(found);
    } catch {
      // Without suggestions the search still searches.
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    if (box.value.trim()) timer = setTimeout(ask, PAUSE);
    else close();
  });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden && box.value.trim()) ask();
    if (step) {
      event.preventDefault();
      // One place more than there are names: that of the text itself.
      const places = names.length + 1;
      mark(((active + 1 + step + places) % places) - 1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(address(names[active]));
    }
  });
  box.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  addEventListener("pageshow", close);
})();
