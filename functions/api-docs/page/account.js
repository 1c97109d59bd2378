
/**
 * Whoever follows the link of a mail about their account lands here: `/docs#reset=<token>`, `#verify=<token>` or
 * `#change_email=<token>`. What follows the `#` never reaches a server or its logs, and nothing is sent before the
 * button is pressed: programs that open links use no token up.
 */
function account() {
  const purposes = {
    reset: {
      title: "A new password", action: "Set my password", path: "/v1/auth/password/reset", asks: true,
      done: "Done: log in with the new password. Every session was ended.",
    },
    verify: {
      title: "Is this address yours?", action: "Confirm my address", path: "/v1/auth/email/verify",
      done: "Done: the address is confirmed.",
    },
    change_email: {
      title: "A new address", action: "Use this address", path: "/v1/auth/email/change/confirm",
      done: "Done: from now on this address signs in.",
    },
  };
  const link = new URLSearchParams(location.hash.slice(1));
  const name = Object.keys(purposes).find((each) => link.get(each));
  if (!name) return;
  const { title, action, path, asks, done } = purposes[name];
  const token = link.get(name);
  const result = element("p", { role: "status" });
  const form = element("form", {},
    asks ? [
      element("label", { for: "new-password" }, "Password, 12 characters or more"),
      element("input", {
        id: "new-password", name: "new_password", type: "password", autocomplete: "new-password", minlength: "12", required: true,
      }),
    ] : [],
    element("button", { type: "submit" }, action), result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    result.textContent = "One moment …";
    const problem = await send({ token, ...Object.fromEntries(new FormData(form)) });
    result.textContent = problem || done;
    button.disabled = !problem;
    if (!problem) history.replaceState(null, "", location.pathname);
  });
  async function send(body) {
    try {
      const answer = await fetch(path, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
      });
      if (answer.ok) return "";
      const { error } = await answer.json();
      const wrong = (error.details?.violations || []).map((each) => `${each.path}: ${each.message}`);
      return [error.message, ...wrong].join("; ");
    } catch {
      return "There was no answer. Please try again.";
    }
  }
  document.getElementById("invitation").replaceChildren(
    element("section", { class: "panel" }, element("h1", {}, title), form));
}

account();
