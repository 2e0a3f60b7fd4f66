// Reads QR codes from the camera and from images.
const frameIntervalMs = 120;

// Large photos are also read at smaller sizes, which is faster and finds more codes.
const longestSides = [800, 1_600, 3_200];

/**
 * Reads frames of the camera until one has a code. Resolves with its text, or with undefined when the signal
 * aborts.
 *
 * @throws DOMException if there is no camera, or the browser blocks it.
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
 * Resolves with the text of the code in an image of any type that the browser supports, or with undefined if
 * there is no code.
 *
 * @throws DOMException if the file is not an image.
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
  // Transparent pixels count as white.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0, width, height);
  return window.jsQR(context.getImageData(0, 0, width, height).data, width, height)?.data;
}
