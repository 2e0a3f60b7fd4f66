// Copies the picture of the code, for somebody who has no camera: the phone takes it when it is pasted.
const button = document.getElementById("copy-code");
let picture;

document.addEventListener("codeshow", ({ detail }) => offer(detail));
document.addEventListener("codegone", () => offer());

button.addEventListener("click", async () => {
  const mine = picture;
  let isGone = false;
  // Clipboards take PNG. As a promise: Safari forgets the click while the picture is fetched.
  const png = pngOf(mine);
  png.catch(() => {
    isGone = true;
  });
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    if (mine === picture) say("Copied. Now paste it on the phone.");
  } catch {
    if (mine !== picture) return;
    say(
      isGone
        ? "This code is gone. Copy the next one."
        : "This browser does not let a page copy. Take a screenshot of the code instead.",
    );
  }
});

function offer(next) {
  picture = next;
  button.hidden = !next;
  say("");
}

async function pngOf(svg) {
  const response = await fetch(svg.replace(/\.svg$/, ".png?size=480"));
  if (!response.ok) throw new Error(`no picture of the code (${response.status})`);
  return response.blob();
}

function say(text) {
  document.getElementById("copied").textContent = text;
}
