// Copies the picture of the code, for somebody who has no camera: the phone takes it when it is pasted.
let picture;

document.addEventListener("codeshow", ({ detail }) => {
  picture = detail;
  say("");
});

document.getElementById("copy-code").addEventListener("click", async () => {
  try {
    // Clipboards take PNG. As a promise: Safari forgets the click while the picture is fetched.
    const png = fetch(picture.replace(/\.svg$/, ".png?size=480")).then((response) => response.blob());
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    say("Copied. Now paste it on the phone.");
  } catch {
    say("This browser does not let a page copy. Take a screenshot of the code instead.");
  }
});

function say(text) {
  document.getElementById("copied").textContent = text;
}
