// Compares two pictures of one thing; gives null, or says in a sentence in what they differ.
//
// Edges of letters and lines look a little different on each machine. So a point is compared with its neighbourhood in
// the other picture (a step in each direction), and differences count only where they are no accident: in a row, as
// those of a border or a surface, or strong and many, as those of a thing that is missing, or covers another.
async ([before, now]) => {
  const FAINT = 5; // of 255, in one of the colours
  const STRONG = 72;
  const ROW_PX = 36; // Longer than a stroke of the largest letters.
  const STRONG_PX = 30;
  const SIZE_PX = 2;

  const pixels = async (source) => {
    const picture = new Image();
    picture.src = source;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, picture.width, picture.height);
  };
  const [one, other] = [await pixels(before), await pixels(now)];
  if (Math.abs(one.width - other.width) > SIZE_PX || Math.abs(one.height - other.height) > SIZE_PX)
    return `is ${other.width}×${other.height}, was ${one.width}×${one.height}`;
  const width = Math.min(one.width, other.width);
  const height = Math.min(one.height, other.height);

  const apart = (a, ax, ay, b, bx, by) => {
    const [i, j] = [4 * (ay * a.width + ax), 4 * (by * b.width + bx)];
    return Math.max(0, ...[0, 1, 2].map((k) => Math.abs(a.data[i + k] - b.data[j + k])));
  };
  const fromNear = (a, b, x, y) => {
    let least = apart(a, x, y, b, x, y);
    for (let dy = -1; dy <= 1 && least > 0; dy += 1)
      for (let dx = -1; dx <= 1; dx += 1) {
        const [nx, ny] = [x + dx, y + dy];
        if (nx >= 0 && ny >= 0 && nx < width && ny < height) least = Math.min(least, apart(a, x, y, b, nx, ny));
      }
    return least;
  };

  const columns = new Array(width).fill(0);
  let strong = 0;
  for (let y = 0; y < height; y += 1) {
    let row = 0;
    for (let x = 0; x < width; x += 1) {
      const difference = Math.max(fromNear(one, other, x, y), fromNear(other, one, x, y));
      if (difference > STRONG) strong += 1;
      row = difference > FAINT ? row + 1 : 0;
      columns[x] = difference > FAINT ? columns[x] + 1 : 0;
      if (row >= ROW_PX || columns[x] >= ROW_PX) return `has another line or surface at ${x}, ${y}`;
      if (strong >= STRONG_PX) return `has something else at ${x}, ${y}`;
    }
  }
  return null;
}
