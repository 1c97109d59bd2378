//! SES: e-mail out.

use aws_config::SdkConfig;
use aws_sdk_sesv2::{
    Client,
    config::retry::RetryConfig,
    operation::send_email::SendEmailError,
    types::{Body, Content, Destination, EmailContent, Message},
};
use kernel::{Email, Error, Result};

use crate::failure::failure;

/// One e-mail to one person.
#[derive(Debug, Clone)]
pub struct MailMessage {
    /// Whom it goes to.
    pub to: Email,
    /// One line.
    pub subject: String,
    /// The plain-text part, always there.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Sends e-mail from one verified address.
#[derive(Debug, Clone)]
pub struct Mail {
    client: Client,
    from: String,
}

impl Mail {
    /// With the process's shared AWS configuration, from this address.
    pub fn new(config: &SdkConfig, from: &str) -> Self {
        // SES takes no idempotency key: a repetition after a lost answer would be a second e-mail.
        let config = aws_sdk_sesv2::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .build();
        Self { client: Client::from_conf(config), from: from.to_owned() }
    }

    /// Hands the message to SES and answers its message id.
    ///
    /// A message that SES will never take is `invalid` with `MAIL_REFUSED`; anything else may work later.
    pub async fn send(&self, message: &MailMessage) -> Result<String> {
        let built = |part: Result<Content, _>| {
            part.map_err(|cause: aws_sdk_sesv2::error::BuildError| {
                Error::internal("an e-mail is incomplete").with_source(cause)
            })
        };
        let body = Body::builder()
            .text(built(content(&message.text))?)
            .html(built(content(&message.html))?)
            .build();
        let simple =
            Message::builder().subject(built(content(&message.subject))?).body(body).build();
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(message.to.as_str()).build())
            .content(EmailContent::builder().simple(simple).build())
            .send()
            .await;
        match sent {
            Ok(answer) => Ok(answer.message_id.unwrap_or_default()),
            Err(error) if error.as_service_error().is_some_and(is_refusal) => {
                Err(Error::invalid("MAIL_REFUSED", "the mail service refuses this message")
                    .with_source(failure("SendEmail", &error)))
            }
            Err(error) => Err(failure("SendEmail", &error)),
        }
    }
}

fn content(text: &str) -> Result<Content, aws_sdk_sesv2::error::BuildError> {
    Content::builder().data(text).charset("UTF-8").build()
}

fn is_refusal(error: &SendEmailError) -> bool {
    matches!(error, SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_))
}
