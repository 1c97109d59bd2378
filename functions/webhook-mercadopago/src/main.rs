//! MercadoPago's webhooks → payment webhooks queue.

fn main() -> std::process::ExitCode {
    runtime::http(webhook_mercadopago::routes)
}
