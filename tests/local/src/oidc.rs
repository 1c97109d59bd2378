//! A stand-in of an `OpenID` Connect provider: discovery, keys, an authorization endpoint that asks nobody, a
//! token endpoint with PKCE, and knobs to make it hostile.
//!
//! | address | what |
//! |---|---|
//! | `GET /.well-known/openid-configuration` | Discovery 1.0 |
//! | `GET /jwks` | RFC 7517 |
//! | `GET /authorize` | sends the person back at once, with a code |
//! | `GET /userinfo` | Core 5.3, where it tells addresses there alone |
//! | `POST /token` | RFC 6749 4.1.3 and RFC 7636 4.6: a code is good once, with its verifier |
//!
//! It knows nothing of the platform, and signs by hand, so that it can sign wrongly.

mod endpoints;
mod keys;
mod token;

use std::{
    collections::HashMap,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    routing::{get, post},
};
use kernel::Clock;
use reqwest::{Client, Url, header::LOCATION, redirect::Policy};
use tokio::net::TcpListener;
use uuid::Uuid;

pub use keys::Algorithm;
pub use token::TokenFault;

use keys::Key;

/// Who the club is to the stand-in.
pub const CLIENT_ID: &str = "clubpulse";
/// What proves it.
pub const CLIENT_SECRET: &str = "the-club-s-client-secret";

/// Who sits at the browser.
#[derive(Debug, Clone)]
pub struct Person {
    /// `sub`.
    pub subject: String,
    /// `email`.
    pub email: Option<String>,
    /// `email_verified`; left out of the token where it is `None`.
    pub email_verified: Option<bool>,
    /// `hd`, where an organisation hosts them: Google's own claim.
    pub hosted_domain: Option<String>,
    /// `name`.
    pub name: Option<String>,
}

impl Person {
    /// With a verified address.
    pub fn new(subject: &str, email: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            email: Some(email.to_owned()),
            email_verified: Some(true),
            hosted_domain: None,
            name: Some("Ana Provider".to_owned()),
        }
    }
}

/// One of the provider's documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the documents' names")]
pub enum Document {
    Discovery,
    Keys,
    Token,
    UserInfo,
}

/// What comes in a document's place.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The document with a megabyte of blanks.
    Huge,
    /// The document, so much later.
    Slow(Duration),
    /// A page for people.
    Page,
    /// A redirect.
    Redirect(String),
    /// Nothing but a status.
    Status(u16),
}

/// How it misbehaves; what is left out behaves.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// The issuer that the discovery document names.
    pub issuer: Option<String>,
    /// The token endpoint that the discovery document names.
    pub token_endpoint: Option<String>,
    /// What is wrong with ID tokens.
    pub token: Option<TokenFault>,
    /// What comes in the place of documents.
    pub answers: HashMap<Document, Answer>,
    /// Codes are good for ever, and for everybody.
    pub careless: bool,
    /// Takes the client's secret in the body alone.
    pub only_post: bool,
    /// Tells addresses by `UserInfo`, not in ID tokens.
    pub user_info: Option<UserInfo>,
    /// Says that its redirects name their issuer, and leaves it out.
    pub forgets_issuer: bool,
}

/// How `UserInfo` misbehaves; what is left out behaves.
#[derive(Debug, Clone, Default)]
pub struct UserInfo {
    /// Whom it tells of instead.
    pub subject: Option<String>,
    /// The endpoint that the discovery document names.
    pub endpoint: Option<String>,
}

/// What came back with the redirect.
#[derive(Debug, Clone)]
pub struct Approval {
    /// The address without its query.
    pub redirect_uri: String,
    /// The code.
    pub code: String,
    /// The state.
    pub state: String,
    /// The issuer (RFC 9207).
    pub iss: Option<String>,
}

/// How often each document was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the documents' names")]
pub struct Calls {
    pub discovery: u32,
    pub keys: u32,
    pub token: u32,
    pub user_info: u32,
}

/// A running stand-in. It ends with the runtime that it was started on.
#[derive(Debug, Clone)]
pub struct Oidc(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: String,
    clock: Clock,
    browser: Client,
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Books {
    key: Key,
    person: Person,
    faults: Faults,
    codes: HashMap<String, Grant>,
    access_tokens: HashMap<String, Person>,
    calls: Calls,
}

/// What a code is good for.
#[derive(Debug, Clone)]
struct Grant {
    redirect_uri: String,
    challenge: String,
    nonce: String,
    person: Person,
}

impl Grant {
    /// The same for an ID token that tells no address.
    fn without_address(self) -> Self {
        let person = Person { email: None, email_verified: None, ..self.person };
        Self { person, ..self }
    }
}

impl Oidc {
    /// Starts one that signs like this.
    #[expect(clippy::disallowed_methods, reason = "a server of its own, not a frozen function")]
    pub async fn start(clock: Clock, algorithm: Algorithm) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        // A realm of its own: a port comes back sooner than a function forgets an issuer's keys.
        let realm = format!("/{}", Uuid::now_v7());
        let url = format!("http://{}{realm}", listener.local_addr()?);
        let browser = Client::builder().redirect(Policy::none()).build();
        let books = Books {
            key: Key::generate(algorithm)?,
            person: Person::new("1", "nobody@example.org"),
            faults: Faults::default(),
            codes: HashMap::new(),
            access_tokens: HashMap::new(),
            calls: Calls::default(),
        };
        let oidc = Self(Arc::new(Inner {
            url,
            clock,
            browser: browser.map_err(io::Error::other)?,
            books: Mutex::new(books),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(endpoints::discovery))
            .route("/jwks", get(endpoints::keys))
            .route("/authorize", get(endpoints::authorize))
            .route("/token", post(endpoints::token))
            .route("/userinfo", get(endpoints::user_info))
            .with_state(oidc.clone());
        let router = Router::new().nest(&realm, router);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(oidc)
    }

    /// Its issuer.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Who approves from now on.
    pub fn sit(&self, person: Person) {
        self.books().person = person;
    }

    /// It misbehaves so from now on.
    pub fn misbehave(&self, faults: Faults) {
        self.books().faults = faults;
    }

    /// It signs with a new key of this kind from now on, and publishes that one alone.
    pub fn change_key(&self, algorithm: Algorithm) -> io::Result<()> {
        self.books().key = Key::generate(algorithm)?;
        Ok(())
    }

    /// How often it was asked.
    pub fn calls(&self) -> Calls {
        self.books().calls
    }

    /// Opens the authorization address as a browser would; `None` where the stand-in shows an error.
    pub async fn approve(&self, authorization_url: &str) -> Option<Approval> {
        let answer = self.0.browser.get(authorization_url).send().await.ok()?;
        let location = answer.headers().get(LOCATION)?.to_str().ok()?;
        let mut url = Url::parse(location).ok()?;
        let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
        url.set_query(None);
        Some(Approval {
            redirect_uri: url.to_string(),
            code: query.get("code")?.clone(),
            state: query.get("state")?.clone(),
            iss: query.get("iss").cloned(),
        })
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
