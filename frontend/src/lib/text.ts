/** Without the characters of `marks` at its end. A pattern would look at each run of them anew from each of its marks. */
export function withoutEnd(text: string, marks: string): string {
  let end = text.length;
  while (end > 0 && marks.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
