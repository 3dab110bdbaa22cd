/** To be written. */
export default function NewView(_: { readonly template: string }) {
  return null;
}
