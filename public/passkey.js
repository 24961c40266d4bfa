// A button with data-passkey asks the device, and sends its form with what it answered: "add" makes a key, a path asks there what to
// sign. What was wrong stands in the form's <output>.
const written = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const credential = (id) => ({ type: "public-key", id: bytes(id) });
const fields = (form) => new URLSearchParams(new FormData(form));
const timeout = 300_000;

const words = ({ kind, message, seconds }, status) => {
  if (message) return message;
  if (kind === "wrong_password") return "This is not your password.";
  if (kind === "too_many_attempts") return `Too many attempts. Try again in ${seconds} seconds.`;
  return `The server did not answer (${status}). Load the page again.`;
};

async function ask(path, body) {
  body.delete("passkey");
  const answer = await fetch(path, { method: "POST", body, headers: { accept: "application/json" } });
  const said = await answer.json();
  if (!answer.ok) throw new Error(words(said, answer.status));
  return said;
}

// With the password, so that no key is made for a wrong one.
async function make(form) {
  const { challenge, site, person, name, title, known } = await ask("/api/passkey/offer", fields(form));
  const publicKey = {
    challenge: bytes(challenge),
    rp: { id: site, name: "Gonogo" },
    user: { id: bytes(person), name, displayName: title },
    pubKeyCredParams: [-7, -8].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
    attestation: "none",
    excludeCredentials: known.map(credential),
    timeout,
  };
  const { rawId, response } = await navigator.credentials.create({ publicKey });
  return {
    credential: written(rawId),
    client: written(response.clientDataJSON),
    authenticator: written(response.getAuthenticatorData()),
  };
}

async function sign(path, form) {
  const body = fields(form);
  body.delete("password");
  const { challenge, site, known } = await ask(path, body);
  const publicKey = {
    challenge: bytes(challenge),
    rpId: site,
    allowCredentials: known.map(credential),
    userVerification: "required",
    timeout,
  };
  const { rawId, response } = await navigator.credentials.get({ publicKey });
  return {
    credential: written(rawId),
    client: written(response.clientDataJSON),
    authenticator: written(response.authenticatorData),
    signature: written(response.signature),
  };
}

function send(form, answer) {
  const { passkey } = form.elements;
  passkey.value = JSON.stringify(answer);
  form.requestSubmit();
  passkey.value = "";
}

addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-passkey]");
  if (!button) return;
  const { form } = button;
  const password = form.elements.password ?? {};
  const output = form.querySelector("output");
  const path = button.dataset.passkey;
  output.textContent = "";
  button.disabled = true;
  try {
    // A passkey stands in for the password, but for adding another.
    password.required = path === "add";
    if (form.reportValidity()) send(form, await (path === "add" ? make(form) : sign(path, form)));
  } catch (error) {
    output.textContent =
      error.name === "NotAllowedError" ? "No passkey was used: it was called off, or took too long." : error.message;
  } finally {
    password.required = true;
    button.disabled = false;
  }
});
