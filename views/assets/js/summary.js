// autofocus is ignored by some browsers on anything but a control.
document.getElementById('error-summary')?.focus();
