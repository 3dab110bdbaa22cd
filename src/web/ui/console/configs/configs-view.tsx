/** To be written. */
export default function ConfigsView() {
  return null;
}
