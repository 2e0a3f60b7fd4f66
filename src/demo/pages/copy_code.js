// Copies the picture of the code, for somebody who has no camera: the phone takes it when it is pasted.
const button = document.getElementById("copy-code");
let imageUrl;

document.addEventListener("codeshown", ({ detail }) => setImage(detail));
document.addEventListener("coderemoved", () => setImage());

button.addEventListener("click", async () => {
  const ownImageUrl = imageUrl;
  let isImageGone = false;
  // Clipboards take PNG. As a promise: Safari forgets the click while the picture is fetched.
  const png = pngOf(ownImageUrl);
  png.catch(() => {
    isImageGone = true;
  });
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    if (ownImageUrl === imageUrl) showMessage("Copied. Now paste it on the phone.");
  } catch {
    if (ownImageUrl !== imageUrl) return;
    showMessage(
      isImageGone
        ? "This code is gone. Copy the next one."
        : "This browser does not let a page copy. Take a screenshot of the code instead.",
    );
  }
});

function setImage(next) {
  imageUrl = next;
  button.hidden = !next;
  showMessage("");
}

async function pngOf(svg) {
  const response = await fetch(svg.replace(/\.svg$/, ".png?size=480"));
  if (!response.ok) throw new Error(`no picture of the code (${response.status})`);
  return response.blob();
}

function showMessage(text) {
  document.getElementById("copied").textContent = text;
}
