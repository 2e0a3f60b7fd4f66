const element = document.querySelector("#guard");
const guard = new GuardFactory.Guard({ appId: "shop", host: element.dataset.gateway });

// Guard waits for the result, and then reports the event `login`.
guard.on("before-login", async ({ data: { ticket } }) => {
  const response = await fetch("/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ticket }),
  });
  if (!response.ok) element.textContent = "The sign-in has failed. Reload the page to try again.";
  return response.ok;
});
guard.on("login", () => location.assign("/account"));

guard.start("#guard");
