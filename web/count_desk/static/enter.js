// A link's code stands behind "#": fill it in and go. It is taken out of the address at once.
"use strict";
{
  const given = /^#c=([0-9A-Za-z-]+)$/.exec(location.hash);
  if (given) {
    history.replaceState(null, "", location.pathname);
    document.getElementById("code").value = given[1];
    document.getElementById("enter").submit();
  }
}
