/** The total of the last day as a small picture; its figures stand beside it in the row. */

const WIDTH = 96;
const HEIGHT = 26;
const MARGIN = 2;

export function Sparkline({ values }: { readonly values: readonly number[] }) {
  if (values.length < 2) return <span className="quiet">–</span>;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least || 1;
  const x = (index: number) => (index / (values.length - 1)) * WIDTH;
  const y = (value: number) => MARGIN + (1 - (value - least) / span) * (HEIGHT - 2 * MARGIN);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const rises = (values.at(-1) ?? 0) >= (values[0] ?? 0);
  return (
    <svg
      className={`sparkline ${rises ? 'gain' : 'loss'}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden
    >
      {least < 0 && most > 0 && (
        <line className="sparkline-zero" x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} />
      )}
      <polyline points={points.join(' ')} />
    </svg>
  );
}
