if (location.search === '?wrong') {
  document.getElementById('wrong').hidden = false;
  document.getElementById('token').setAttribute('aria-invalid', 'true');
}
