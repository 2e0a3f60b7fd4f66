import type { Bitmap } from "./decode.js";

/** Standard deviation of the blur, in pixels, like a slightly unfocused camera. */
const sigma = 1;
const radius = 3;
const weights = Array.from({ length: 2 * radius + 1 }, (_, at) =>
  Math.exp(-((at - radius) ** 2) / (2 * sigma ** 2)),
);
const sum = weights.reduce((a, b) => a + b);

/**
 * Returns the image in grey after a Gaussian blur of one pixel. Pixels outside are equal to those at the
 * edge.
 */
export function blur({ width, height, data }: Bitmap): Bitmap {
  const grey = Float64Array.from({ length: width * height }, (_, at) => data[4 * at] ?? 0);
  const across = blurLines(grey, width, height);
  const both = transpose(blurLines(transpose(across, width, height), height, width), height, width);
  const result = new Uint8ClampedArray(4 * width * height).fill(255);
  for (const [at, value] of both.entries()) result.fill(Math.round(value), 4 * at, 4 * at + 3);
  return { width, height, data: result };
}

function blurLines(grey: Float64Array, width: number, height: number): Float64Array {
  const result = new Float64Array(grey.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let total = 0;
      for (const [at, weight] of weights.entries()) {
        const from = Math.min(Math.max(x + at - radius, 0), width - 1);
        total += weight * (grey[y * width + from] ?? 0);
      }
      result[y * width + x] = total / sum;
    }
  }
  return result;
}

function transpose(grey: Float64Array, width: number, height: number): Float64Array {
  return Float64Array.from(grey, (_, at) => grey[(at % height) * width + Math.floor(at / height)] ?? 0);
}
