// A formula that somebody types, read and never run as JavaScript: the grammar of autograd/formulas.
const TOKEN = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([\p{L}_∂][\p{L}\p{M}\d_.#₀-₉]*)|(\*\*|[-+*/^(),%]))/uy;
const SIGNS = { "²": "^2", "³": "^3", "·": "*", "×": "*", "÷": "/", "−": "-", "–": "-", "√": "sqrt", "∞": "inf" };
const CONSTANTS = { pi: Math.PI, π: Math.PI, e: Math.E, inf: Infinity, nan: NaN, "∞": Infinity };

function tokensOf(text, names) {
  text = text.replace(/[²³·×÷−–√∞]/g, (sign) => SIGNS[sign]);
  text = text.replace(/^\s*(?:d|∂)?[^=]*=\s*/, "").replace(/^(-?\d+),(\d+)$/, "$1.$2");
  const found = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.trimEnd().length;) {
    const token = TOKEN.exec(text);
    if (!token) return null;
    const [, digits, word, sign] = token;
    const [type, value] = digits ? ["number", Number(digits)] : word ? ["name", word] : ["sign", sign.replace("**", "^")];
    const before = found[found.length - 1];
    const named = before?.type === "name" && (names.has(before.value) || before.value in CONSTANTS);
    const ended = before?.type === "number" || before?.value === ")" || named;
    const joined = ended && (type !== "sign" || value === "(");
    if (joined) found.push({ type: "sign", value: "*" });  // 2x, 2(x + y)
    found.push({ type, value });
  }
  return found;
}

// The formula as a function of the numbers by name; null if it is none.
function readFormula(text, names = new Map()) {
  const tokens = tokensOf(text, names);
  if (!tokens?.length) return null;
  let at = 0;
  const peek = (...signs) => tokens[at]?.type === "sign" && signs.includes(tokens[at].value);
  const fail = () => { throw new SyntaxError(); };
  const need = (sign) => { if (!peek(sign)) fail(); at++; };
  const chain = (next, signs) => () => {
    let left = next();
    while (peek(...signs)) {
      const [a, row] = [left, TABLE[tokens[at++].value][0]], b = next();
      left = (values) => row(a(values), b(values));
    }
    return left;
  };
  const atom = () => {
    const token = tokens[at++] || fail();
    if (token.type === "number") return () => token.value;
    if (token.value === "(" && token.type === "sign") { const inner = total(); need(")"); return inner; }
    if (token.type !== "name") fail();
    if (names.has(token.value)) return (values) => values(names.get(token.value));
    if (token.value in CONSTANTS) return () => CONSTANTS[token.value];
    const row = TABLE[{ ln: "log", relu: "relu" }[token.value] || token.value]?.[0] || fail();
    need("(");
    const inputs = [total()];
    while (peek(",")) { at++; inputs.push(total()); }
    need(")");
    if (row.length !== inputs.length) fail();
    return (values) => Number(row(...inputs.map((input) => input(values))));
  };
  const power = () => {
    const base = atom();
    if (!peek("^")) return base;
    at++;
    const exponent = signed();
    return (values) => TABLE["**"][0](base(values), exponent(values));
  };
  const signed = () => {
    if (peek("-")) { at++; const inner = signed(); return (values) => -inner(values); }
    if (peek("+")) { at++; return signed(); }
    return power();
  };
  const product = chain(signed, ["*", "/", "%"]);
  const total = chain(product, ["+", "-"]);
  try {
    const read = total();
    return at === tokens.length ? read : null;
  } catch { return null; }
}
function evaluated(text) {
  const read = readFormula(text);
  return read ? read() : null;
}
