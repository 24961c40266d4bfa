//! Gonogo: your deployment checklist, executed, proved and signed.
//!
//! Three modules: [`api`] is the wire between page and server, [`app`] what people see, and `server` everything that
//! exists only there. These two are the only feature cfgs of the repository.

pub mod api;
pub mod app;
#[cfg(feature = "ssr")]
pub mod server;

/// Takes over the page that the server drew.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
