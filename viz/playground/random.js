// NumPy's default_rng(seed) for a seed from 0 to 2³² − 1: its PCG64, so that samples come in Python's order.
function createRandom(seed) {
  const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n, LOW64 = (1n << 64n) - 1n, LOW128 = (1n << 128n) - 1n;
  let state = 0n, increment = 0n, half = null;

  // SeedSequence: the seed, spread over four words, then drawn out into eight.
  function words() {
    let constant = 0x43b0d7e5;
    const hashed = (x, factor) => {
      x ^= constant;
      constant = Math.imul(constant, factor);
      x = Math.imul(x, constant);
      return x ^ (x >>> 16);
    };
    const pool = [seed, 0, 0, 0].map((x) => hashed(x, 0x931e8875));
    for (let from = 0; from < 4; from++) {
      for (let to = 0; to < 4; to++) {
        if (from === to) continue;
        const x = Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hashed(pool[from], 0x931e8875));
        pool[to] = x ^ (x >>> 16);
      }
    }
    constant = 0x8b51f9dd;
    return [...pool, ...pool].map((x) => BigInt(hashed(x, 0x58f38ded) >>> 0));
  }

  const advance = () => { state = (state * MULTIPLIER + increment) & LOW128; };
  function next64() {
    advance();
    const x = (state >> 64n ^ state) & LOW64, turn = state >> 122n;
    return (x >> turn | x << (64n - turn)) & LOW64;
  }
  function next32() {
    if (half !== null) { const kept = half; half = null; return kept; }
    const x = next64();
    half = Number(x >> 32n);
    return Number(x & 0xffffffffn);
  }
  function upTo(most) {  // numbers of as few bits as it takes, until one is not too large
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    let x;
    do x = (next32() & mask) >>> 0; while (x > most);
    return x;
  }

  const [a, b, c, d, e, f, g, h] = words(), join = (low, high) => high << 32n | low;
  increment = ((join(e, f) << 64n | join(g, h)) << 1n | 1n) & LOW128;
  advance();
  state = (state + (join(a, b) << 64n | join(c, d))) & LOW128;
  advance();

  return {
    uniform: () => Number(next64() >> 11n) / 2 ** 53,
    permutation(n) {
      const order = Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = upTo(i);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
    state: () => [state.toString(), half],
    restore([text, kept]) { state = BigInt(text); half = kept; },
  };
}
