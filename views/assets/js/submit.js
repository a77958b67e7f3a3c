// One press, one request: a second press of the same form is dropped until the page is shown again.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'yes';
  event.submitter?.setAttribute('aria-disabled', 'true');
});

addEventListener('pageshow', () => {
  for (const form of document.forms) {
    if (!form.dataset.sent) continue;
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('button[aria-disabled]')) button.removeAttribute('aria-disabled');
  }
});

// The language menu closes like any menu: by Escape and by a press elsewhere.
const menu = document.querySelector('details.language');
addEventListener('click', (event) => {
  if (menu && !menu.contains(event.target)) menu.open = false;
});
addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !menu?.open) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
