/** The page of one line that tells a shop's page whether somebody can answer now. */
const availability: unknown = JSON.parse(document.getElementById("now")!.textContent!);
parent.postMessage({ t: "availability", availability }, "*");
