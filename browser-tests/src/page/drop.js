// Drops a file: what a browser dispatches when somebody drags one from a file manager. Returns whether
// the page says that it takes it; where it does not, a browser would open the file in its place.
const [selector, name, content] = arguments;
const target = document.querySelector(selector);
const data = new DataTransfer();
data.items.add(new File([content], name, { type: "text/csv" }));
const dispatch = (type) =>
  target.dispatchEvent(
    new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true, composed: true }),
  );
dispatch("dragenter");
const taken = !dispatch("dragover");
if (taken) dispatch("drop");
return taken;
