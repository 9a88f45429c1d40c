// A form with a large file says how far it has got; without a script it is sent all the same.
const share = new Intl.NumberFormat("en-GB", { style: "percent" });

function show(form, loaded, total) {
  const bar = form.querySelector("progress");
  const said = form.querySelector("[data-upload-said]");
  bar.hidden = false;
  bar.max = total || 1;
  bar.value = loaded;
  said.textContent = loaded < total ? `Sending: ${share.format(loaded / total)}` : "Storing…";
}

function send(form) {
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (at) => show(form, at.loaded, at.total));
  request.addEventListener("load", () => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.getElementById("main");
    if (!main) return location.reload();
    history.replaceState(null, "", request.responseURL);
    document.getElementById("main").replaceChildren(...main.childNodes);
    document.querySelector("[role=alert], [role=status]")?.scrollIntoView({ block: "center" });
  });
  request.addEventListener("error", () => {
    form.querySelector("progress").hidden = true;
    form.querySelector("[data-upload-said]").textContent =
      "The file did not get through: the connection was cut, or it is too large.";
    delete form.dataset.sent;
    form.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
  });
  request.open("POST", form.action);
  request.send(new FormData(form));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-upload]") || event.defaultPrevented) return;
  event.preventDefault();
  send(form);
});
