// Which of a list of numbers stand in the wrong place: the fewest whose removal leaves a rising list.
// Why: where one frame was moved, one frame is named, and not all those that it was moved past.
// Follows the patience method for a longest increasing subsequence (Fredman, 1975).

/** Gives the indices of what must go, rising. The numbers differ from each other. */
export function lateOnes(numbers: readonly number[]): number[] {
  // ends[length]: the index of the smallest number that ends a rising list of that length.
  const ends: number[] = [];
  const before = new Int32Array(numbers.length);
  numbers.forEach((number, index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    before[index] = low === 0 ? -1 : (ends[low - 1] ?? -1);
    ends[low] = index;
  });
  const rising = new Uint8Array(numbers.length);
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) rising[index] = 1;
  return numbers.map((_, index) => index).filter((index) => rising[index] === 0);
}
