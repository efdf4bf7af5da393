/**
 * The largest whole number that a growing requirement admits, exact whatever the growth: 0 where even 1 is too much.
 * A good first guess makes it two evaluations; a bad one costs a logarithm.
 */
export function largestFitting(fits: (n: number) => boolean, guess: number, most = 2 ** 40): number {
  const start = Math.min(most, Math.max(1, Math.floor(Number.isFinite(guess) ? guess : most)))
  let fitting = 0, failing = most + 1
  if (fits(start)) {
    fitting = start
    for (let step = 1; fitting < most; step *= 2) {
      const next = Math.min(most, fitting + step)
      if (!fits(next)) { failing = next; break }
      fitting = next
    }
  } else {
    failing = start
    for (let step = 1; failing > 1; step *= 2) {
      const next = Math.max(1, failing - step)
      if (fits(next)) { fitting = next; break }
      failing = next
    }
  }
  if (fitting === most) return most
  while (failing - fitting > 1) {
    const middle = Math.floor((fitting + failing) / 2)
    if (fits(middle)) fitting = middle
    else failing = middle
  }
  return fitting
}
