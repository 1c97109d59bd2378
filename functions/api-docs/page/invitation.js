
/**
 * Whoever follows the link of an invitation lands here: `/docs#invitation=<token>&club=<slug>`. What follows the `#`
 * never reaches a server or its logs. The form does what `POST /v1/auth/register` does.
 */
function invitation() {
  const link = new URLSearchParams(location.hash.slice(1));
  const token = link.get("invitation");
  const club = link.get("club");
  if (!token || !club) return;
  const field = (name, title, attributes) => [
    element("label", { for: `invited-${name}` }, title),
    element("input", { id: `invited-${name}`, name, required: true, ...attributes }),
  ];
  const result = element("p", { role: "status" });
  const form = element("form", {},
    field("email", "E-mail (the one that was invited)", { type: "email", autocomplete: "email" }),
    field("name", "Name", { autocomplete: "name", maxlength: "100" }),
    field("password", "Password, 12 characters or more", { type: "password", autocomplete: "new-password", minlength: "12" }),
    element("button", { type: "submit" }, "Create my access"), result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    result.textContent = "One moment …";
    const wanted = { club, invitation: token, ...Object.fromEntries(new FormData(form)) };
    result.textContent = await accept(wanted);
    button.disabled = result.dataset.done === "true";
  });
  async function accept(wanted) {
    try {
      const answer = await fetch("/v1/auth/register", {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(wanted),
      });
      const content = await answer.json();
      if (answer.ok) {
        result.dataset.done = "true";
        history.replaceState(null, "", location.pathname);
        return `Done: the access of ${wanted.email} to ${club} is ready.`;
      }
      const wrong = (content.error.details?.violations || []).map((each) => `${each.path}: ${each.message}`);
      return [content.error.message, ...wrong].join("; ");
    } catch {
      return "There was no answer. Please try again.";
    }
  }
  document.getElementById("invitation").replaceChildren(element("section", { class: "panel" },
    element("h1", {}, "You are invited"), element("p", {}, "Choose a password for your access to the club ", element("strong", {}, club), "."), form));
}

invitation();
