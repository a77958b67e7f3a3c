import { browserSupportsWebAuthn } from '/assets/webauthn/helpers/browserSupportsWebAuthn.js';
import { startAuthentication } from '/assets/webauthn/methods/startAuthentication.js';
import { startRegistration } from '/assets/webauthn/methods/startRegistration.js';

// <form data-passkey="get|make" data-options="…" hidden>: the browser asks for face, finger or PIN, and the form carries
// the answer. Where there is no WebAuthn the form stays hidden, and <p data-no-passkey> is shown.
const ceremonies = { get: startAuthentication, make: startRegistration };

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!browserSupportsWebAuthn()) continue;
  form.hidden = false;
  for (const element of document.querySelectorAll('[data-no-passkey]')) element.hidden = true;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const failure = form.querySelector('[data-failure]');
    failure.hidden = true;
    try {
      const answer = await ceremonies[form.dataset.passkey]({ optionsJSON: JSON.parse(form.dataset.options) });
      form.elements.passkey.value = JSON.stringify(answer);
      form.submit();
    } catch {
      failure.hidden = false;
      dispatchEvent(new Event('pageshow'));
    }
  });
}
