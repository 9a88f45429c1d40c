// A film's page: a vote is sent without leaving the page, so nothing that is half written is lost
// and nothing jumps. Without this script the same forms do the same work.
addEventListener("submit", async (event) => {
  const form = event.target;
  const id = form.dataset.quiet;
  const button = event.submitter;
  if (!id || !button || event.defaultPrevented) return;
  event.preventDefault();
  const was = button.getAttribute("aria-pressed");
  try {
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    const is = page.getElementById(button.id)?.getAttribute("aria-pressed");
    // What has not changed was refused; the page itself says why.
    if (!answer.ok || !old || !fresh || is === was) return location.reload();
    const focused = document.activeElement?.id;
    old.replaceWith(document.adoptNode(fresh));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  } catch {
    form.submit(); // the network is away: the browser says so better than we could
  }
});
