"use strict";

/** An element with attributes and children. Texts become text nodes, so nothing of the description runs. */
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

/** Text with `code` in it. */
function inline(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** Paragraphs of such text. */
function paragraphs(text) {
  return (text || "").split(/\n\s*\n/).filter(Boolean).map((part) => element("p", {}, inline(part)));
}

const METHODS = ["get", "post", "put", "patch", "delete"];
const ERROR_CODE = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;
const SAMPLE_HEX = "0198c1e5a3b47c01923f00a1b2c3d4e5";

function nameOf(schema) {
  return schema.$ref ? schema.$ref.split("/").pop() : undefined;
}

/** The name for people: an envelope is called after what it holds. */
function titleOf(schema) {
  return nameOf(schema)?.replace(/^PageEnvelope_/, "page of ").replace(/^Envelope_/, "").replace(/^Vec_/, "list of ");
}

/** The schema behind references, with the parts of `allOf` joined. */
function resolved(api, schema) {
  let found = schema || {};
  for (let hops = 0; found.$ref && hops < 10; hops += 1) {
    found = found.$ref.slice(2).split("/").reduce((node, key) => (node || {})[key], api) || {};
  }
  if (!found.allOf) return found;
  return found.allOf.map((part) => resolved(api, part)).reduce(
    (whole, part) => ({
      ...whole, ...part,
      properties: { ...whole.properties, ...part.properties },
      required: [...(whole.required || []), ...(part.required || [])],
    }),
    { ...found, allOf: undefined },
  );
}

function alternatives(schema) {
  return (schema.oneOf || schema.anyOf || []).filter((each) => each.type !== "null");
}

/** The type in words: `array of Booking`, `string (date-time) or null`. */
function typeText(api, schema) {
  const found = resolved(api, schema);
  const choices = alternatives(found);
  const nullable = (found.oneOf || found.anyOf || []).some((each) => each.type === "null");
  if (choices.length) return choices.map((each) => typeText(api, each)).join(" or ") + (nullable ? " or null" : "");
  const types = [found.type || (found.properties ? "object" : "any")].flat();
  return types
    .map((type) => {
      if (type === "array") return `array of ${typeText(api, found.items || {})}`;
      if (type === "object" && found.additionalProperties) return `map of ${typeText(api, found.additionalProperties)}`;
      if (type === "object") return titleOf(schema) || "object";
      return type === "null" ? "null" : type + (found.format ? ` (${found.format})` : "");
    })
    .join(" or ");
}

function limits(schema) {
  const said = [];
  const say = (key, word) => schema[key] !== undefined && said.push(`${word} ${schema[key]}`);
  say("minimum", "from"); say("maximum", "to"); say("minLength", "at least"); say("maxLength", "at most");
  say("minItems", "items from"); say("maxItems", "items to"); say("pattern", "like"); say("default", "default");
  if (schema.enum) said.push(`one of ${schema.enum.map(String).join(", ")}`);
  return said.join("; ");
}

/** The fields of an object, or of an array's objects; nested ones fold out. */
function fields(api, schema, above = []) {
  const found = resolved(api, schema);
  const types = [found.type].flat();
  if (types.includes("array")) return fields(api, found.items || {}, above);
  if (!found.properties && found.additionalProperties) return fields(api, found.additionalProperties, above);
  const choices = alternatives(found);
  if (choices.length) return choices.map((each) => fields(api, each, above)).find(Boolean);
  const name = nameOf(schema);
  if (!found.properties || above.length > 8 || (name && above.includes(name))) return undefined;
  const inside = name ? [...above, name] : [...above, ""];
  return element("ul", { class: "fields" }, Object.entries(found.properties).map(([key, field]) => {
    const target = resolved(api, field);
    const nested = fields(api, field, inside);
    const optional = (found.required || []).includes(key) ? "" : ", optional";
    const facts = [limits(target)].filter(Boolean).join("; ");
    return element("li", {},
      element("p", {}, element("code", {}, key), " ", element("span", { class: "quiet" }, typeText(api, field) + optional)),
      field.description || target.description ? element("p", {}, inline(field.description || target.description)) : "",
      facts ? element("p", { class: "quiet" }, facts) : "",
      nested ? element("details", {}, element("summary", { class: "quiet" }, "its fields"), nested) : "");
  }));
}

/** An example: the description's own, or one made from the type. */
function sample(api, schema, above = []) {
  const found = resolved(api, schema);
  const name = nameOf(schema);
  if (above.length > 8 || (name && above.includes(name))) return null;
  const inside = [...above, name];
  const given = found.example ?? (found.examples || [])[0] ?? found.default ?? found.const ?? (found.enum || [])[0];
  if (given !== undefined) return given;
  const choices = alternatives(found);
  if (choices.length) return sample(api, choices[0], inside);
  const type = [found.type || (found.properties ? "object" : "null")].flat().find((each) => each !== "null");
  if (type === "array") return [sample(api, found.items || {}, inside)].filter((each) => each !== null);
  if (type === "object") {
    const entries = Object.entries(found.properties || {}).map(([key, field]) => [key, sample(api, field, inside)]);
    if (found.additionalProperties) entries.push(["key", sample(api, found.additionalProperties, inside)]);
    return Object.fromEntries(entries);
  }
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return found.minimum ?? 1;
  return type === "string" ? sampleText(found) : null;
}

function sampleText(schema) {
  const id = /^\^([a-z]+_)\[0-9a-f\]\{32\}\$$/.exec(schema.pattern || "");
  if (id) return id[1] + SAMPLE_HEX;
  const formats = { "date-time": "2026-11-21T21:00:00Z", date: "2026-11-21", email: "ana@example.org", uri: "https://example.org" };
  return formats[schema.format] || "text";
}

function json(value) {
  return JSON.stringify(value, null, 2);
}

function folded(title, content) {
  return element("details", {}, element("summary", {}, title), content);
}

/** What the body of a request or response is. */
function body(api, content, title) {
  return Object.entries(content || {}).filter(([, media]) => media.schema).flatMap(([type, media]) => {
    const shape = fields(api, media.schema);
    const example = media.example ?? Object.values(media.examples || {})[0]?.value ?? sample(api, media.schema);
    return [
      shape ? folded(`${title}: ${typeText(api, media.schema)}`, shape) : element("p", { class: "quiet" }, `${type}: ${typeText(api, media.schema)}`),
      type === "application/json" && shape ? folded(`${title}: example`, element("pre", { tabindex: "0" }, json(example))) : "",
    ];
  });
}

function parameters(api, list) {
  if (!list.length) return "";
  const row = (each) => {
    const schema = each.schema || {};
    const facts = [typeText(api, schema), each.required ? "" : "optional", limits(resolved(api, schema))].filter(Boolean).join("; ");
    return element("tr", {}, element("td", {}, element("code", {}, each.name)), element("td", {}, each.in),
      element("td", {}, inline(each.description || ""), " ", element("span", { class: "quiet" }, facts)));
  };
  const head = element("tr", {}, ["Parameter", "In", "What it is"].map((title) => element("th", { scope: "col" }, title)));
  return element("div", { class: "wide" }, element("table", {}, element("thead", {}, head), element("tbody", {}, list.map(row))));
}

/** A command that can be pasted, with $API and $TOKEN to be set before. */
function command(api, operation) {
  const query = operation.parameters.filter((each) => each.in === "query" && each.required)
    .map((each) => `${each.name}=${encodeURIComponent(String(each.example ?? sample(api, each.schema)))}`);
  const path = operation.path.replace(/\{(\w+)\}/g, (whole, name) => {
    const found = operation.parameters.find((each) => each.in === "path" && each.name === name);
    return found ? String(found.example ?? sample(api, found.schema)) : whole;
  });
  const parts = [`curl -sS -X ${operation.method.toUpperCase()} "$API${path}${query.length ? `?${query.join("&")}` : ""}"`];
  if (operation.guarded) parts.push('-H "authorization: Bearer $TOKEN"');
  const media = operation.requestBody?.content?.["application/json"];
  if (media) {
    const text = json(media.example ?? sample(api, media.schema)).replaceAll("'", "'\\''");
    parts.push("-H 'content-type: application/json'", `-d '${text}'`);
  }
  return parts.join(" \\\n  ");
}

function responses(api, operation) {
  return Object.entries(operation.responses || {}).sort().map(([status, response]) => element("li", {},
    element("p", {}, element("code", {}, status), " ", inline(response.description || "")),
    status < "400" ? body(api, response.content, "body") : ""));
}

function article(api, operation) {
  const wanted = body(api, operation.requestBody?.content, "body");
  return element("article", { id: operation.id },
    element("h3", {}, element("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()), " ", operation.path),
    element("p", {}, element("strong", {}, operation.summary || "")),
    paragraphs(operation.description),
    element("p", { class: "quiet" }, operation.guarded ? "With an access token." : "Open to anybody, without a token."),
    operation.parameters.length ? element("h4", {}, "Parameters") : "", parameters(api, operation.parameters),
    wanted.length ? element("h4", {}, "Request") : "", wanted,
    folded("curl", element("pre", { tabindex: "0" }, command(api, operation))),
    element("h4", {}, "Responses"), element("ul", { class: "fields" }, responses(api, operation)));
}

/** Every operation, flat, in the order of the document. */
function operations(api) {
  return Object.entries(api.paths || {}).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({
    ...item[method], method, path,
    id: `${method}${path.replace(/[^\w]+/g, "-")}`,
    tag: (item[method].tags || ["other"])[0],
    guarded: (item[method].security || api.security || []).length > 0,
    parameters: [...(item.parameters || []), ...(item[method].parameters || [])].map((each) => resolved(api, each)),
  })));
}

/** All stable codes that the responses name, each with the operations that answer it. */
function errorCodes(list) {
  const found = new Map();
  for (const operation of list) {
    for (const [status, response] of Object.entries(operation.responses || {})) {
      if (status < "400") continue;
      for (const code of new Set((response.description || "").match(ERROR_CODE) || [])) {
        found.set(code, [...(found.get(code) || []), { status, operation }]);
      }
    }
  }
  const row = ([code, uses]) => element("tr", {}, element("td", {}, element("code", {}, code)),
    element("td", {}, [...new Set(uses.map((use) => use.status))].join(", ")),
    element("td", {}, uses.map((use, index) => [index ? ", " : "",
      element("a", { href: `#${use.operation.id}` }, `${use.operation.method.toUpperCase()} ${use.operation.path}`)]).flat()));
  const head = element("tr", {}, ["Code", "Status", "Answered by"].map((title) => element("th", { scope: "col" }, title)));
  return element("section", { id: "error-codes" }, element("h2", {}, "Error codes"),
    element("p", {}, "Programs decide by the code; the message is for people and may change."),
    element("div", { class: "wide" }, element("table", {}, element("thead", {}, head),
      element("tbody", {}, [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(row)))));
}

function show(api) {
  const list = operations(api);
  const tags = [...new Set([...(api.tags || []).map((tag) => tag.name), ...list.map((each) => each.tag)])]
    .filter((tag) => list.some((each) => each.tag === tag));
  const described = Object.fromEntries((api.tags || []).map((tag) => [tag.name, tag.description]));
  document.title = api.info?.title || document.title;
  document.getElementById("description").replaceChildren(
    element("h1", {}, api.info?.title || "API", " ", element("span", { class: "quiet" }, api.info?.version || "")),
    ...paragraphs(api.info?.description),
    element("p", {}, "For programs: ", element("a", { href: "/openapi.json" }, "/openapi.json"), ". In the commands below set ",
      element("code", {}, `API=${location.origin}`), " and ", element("code", {}, "TOKEN"), " to an access token of ",
      element("code", {}, "POST /v1/auth/login"), "."),
    ...tags.map((tag) => element("section", {}, element("h2", {}, tag), paragraphs(described[tag]),
      list.filter((each) => each.tag === tag).map((each) => article(api, each)))),
    errorCodes(list));
  const link = (each) => element("a", { href: `#${each.id}`, "data-for": each.id },
    element("span", { class: `method ${each.method}` }, each.method.toUpperCase()), each.path);
  document.getElementById("index").replaceChildren(
    ...tags.map((tag) => element("div", {}, element("p", {}, tag), list.filter((each) => each.tag === tag).map(link))),
    element("div", {}, element("p", {}, element("a", { href: "#error-codes" }, "Error codes"))));
  document.getElementById("filter").addEventListener("input", (event) => filter(event.target.value));
  if (location.hash.length > 1) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const each of document.querySelectorAll("article")) {
    const content = each.textContent.toLowerCase();
    each.hidden = !words.every((word) => content.includes(word));
    const link = document.querySelector(`[data-for="${each.id}"]`);
    if (link) link.hidden = each.hidden;
  }
  for (const group of document.querySelectorAll("main section")) {
    const own = [...group.querySelectorAll("article")];
    group.hidden = own.length > 0 && own.every((each) => each.hidden);
  }
}

async function start() {
  try {
    const answer = await fetch("/openapi.json", { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show(await answer.json());
  } catch (problem) {
    document.getElementById("description").replaceChildren(
      element("p", { role: "alert" }, `The description could not be read (${problem.message}). Reload the page to try again.`));
  }
}

start();
