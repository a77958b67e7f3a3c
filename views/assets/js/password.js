for (const button of document.querySelectorAll('[data-show]')) {
  const input = document.getElementById(button.dataset.show);
  const show = button.textContent;
  button.hidden = false;
  const say = () => (button.textContent = input.type === 'text' ? button.dataset.hideLabel : show);
  button.addEventListener('click', () => {
    input.type = input.type === 'text' ? 'password' : 'text';
    say();
  });
  // A password left in view is not offered as a form value the next time.
  input.form.addEventListener('submit', () => (input.type = 'password'));
  input.addEventListener('input', say);
  say();
}
