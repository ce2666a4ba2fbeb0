// What goes on in the background is looked at again until it is over; then the page is shown anew.
for (const part of document.querySelectorAll("[data-refresh]")) {
  const look = async () => {
    try {
      const answer = await fetch(part.dataset.refresh, { headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        part.innerHTML = await answer.text();
        if (!part.querySelector("progress")) {
          location.reload();
          return;
        }
      }
    } catch {
      // The server does not answer just now; the next look may find it again.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 1000);
}
