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

function fail(form, why) {
  form.querySelector("progress").hidden = true;
  form.querySelector("[data-upload-said]").textContent = why;
  delete form.dataset.sent;
  form.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
}

function send(form) {
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (at) => show(form, at.loaded, at.total));
  request.addEventListener("load", () => {
    if (request.status >= 500) return fail(form, "The house cannot store it at the moment.");
    // The page that the form leads to says what came of it.
    location.assign(request.responseURL);
  });
  request.addEventListener("error", () =>
    fail(form, "The file did not get through: the connection was cut, or it is too large."),
  );
  request.open("POST", form.action);
  request.send(new FormData(form));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-upload]") || event.defaultPrevented) return;
  event.preventDefault();
  send(form);
});
