/** To be written. */
export default function ConfigView(_: { readonly id: string }) {
  return null;
}
