/** Text that cannot be made much smaller; three bytes a character. */
export function incompressible(characters: number): string {
  let state = 1;
  let text = "";
  while (text.length < characters) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += String.fromCodePoint(0x4e00 + (state >>> 18));
  }
  return text;
}
