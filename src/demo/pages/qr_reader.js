// Finds the text of a code in what a camera sees and in pictures.
const frameIntervalMs = 120;

// A photograph of many megapixels is read when it is smaller, and quicker.
const longestSides = [800, 1_600, 3_200];

/**
 * Watches through the camera until there is a code, and answers its text; undefined when the signal ends it before.
 *
 * @throws DOMException when there is no camera, or it is not allowed.
 */
export async function readCamera(video, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    while (!signal.aborted) {
      const text = decodeQrCode(video, video.videoWidth, video.videoHeight);
      if (text) return text;
      await new Promise((resolve) => setTimeout(resolve, frameIntervalMs));
    }
    return undefined;
  } finally {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
    video.hidden = true;
  }
}

/**
 * The text of the code in a picture of any kind that the browser shows; undefined if there is no code.
 *
 * @throws DOMException when it is no picture.
 */
export async function readImage(blob) {
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  try {
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    const longest = Math.max(width, height);
    const scales = longestSides.map((side) => Math.min(1, side / longest));
    for (const scale of new Set(scales)) {
      const text = decodeQrCode(image, Math.round(width * scale), Math.round(height * scale));
      if (text) return text;
    }
    return undefined;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

function decodeQrCode(image, width, height) {
  if (!width || !height) return undefined;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  // What is transparent in a picture is paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return window.jsQR(context.getImageData(0, 0, width, height).data, width, height)?.data;
}
