// Copies the image of the code, for users without a camera, who paste it on the phone page.
const button = document.getElementById("copy-code");
let imageUrl;

document.addEventListener("codeshown", ({ detail }) => setImage(detail));
document.addEventListener("coderemoved", () => setImage());

button.addEventListener("click", async () => {
  const ownImageUrl = imageUrl;
  let isImageGone = false;
  // Clipboards accept PNG. Passed as a promise, since Safari forgets the click while the image is fetched.
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
        ? "This code is no longer valid. Copy the next one."
        : "This browser does not allow copying. Take a screenshot of the code instead.",
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
  if (!response.ok) throw new Error(`the image of the code cannot be loaded (HTTP ${response.status})`);
  return response.blob();
}

function showMessage(text) {
  document.getElementById("copied").textContent = text;
}
