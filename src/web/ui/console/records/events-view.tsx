/** To be written. */
export default function EventsView() {
  return null;
}
