//! S3: files that people put and get themselves, by addresses that are signed here.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_s3::{
    Client,
    config::http::HttpResponse,
    error::SdkError,
    presigning::{PresignedRequest, PresigningConfig},
    primitives::ByteStream,
};
use kernel::{Error, Result};

use crate::failure::failure;

/// The objects of one bucket.
#[derive(Debug, Clone)]
pub struct Storage {
    client: Client,
    bucket: String,
}

/// What an upload must be, to the byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its media type.
    pub content_type: String,
    /// Its length.
    pub bytes: u64,
}

/// A request that whoever has it may make until it expires, exactly so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// `PUT` for instance.
    pub method: String,
    /// Where to.
    pub url: String,
    /// What it must carry beside the host: these are signed, too.
    pub headers: Vec<(String, String)>,
}

/// An object as it lies in the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its media type.
    pub content_type: String,
    /// Its length.
    pub bytes: u64,
    /// Names this content.
    pub etag: String,
}

impl Storage {
    /// With the process's shared AWS configuration, in this bucket.
    pub fn new(config: &SdkConfig, bucket: &str) -> Self {
        // Another address than AWS's own has no host of its own for each bucket.
        let own_host = config.endpoint_url().is_none();
        let config = aws_sdk_s3::config::Builder::from(config).force_path_style(!own_host).build();
        Self { client: Client::from_conf(config), bucket: bucket.to_owned() }
    }

    /// A `PUT` of this key that is good for so long, for an upload of this type and length and no other.
    pub async fn sign_upload(
        &self,
        key: &str,
        upload: &Upload,
        good_for: Duration,
    ) -> Result<SignedRequest> {
        let length = i64::try_from(upload.bytes)
            .map_err(|cause| Error::internal("an upload is too long").with_source(cause))?;
        let signed = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(&upload.content_type)
            .content_length(length)
            .presigned(presigning(good_for)?)
            .await
            .map_err(|error| failure("PutObject", &error))?;
        Ok(SignedRequest::from(&signed))
    }

    /// The address of a `GET` of this key that is good for so long.
    pub async fn sign_download(&self, key: &str, good_for: Duration) -> Result<String> {
        let signed = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .presigned(presigning(good_for)?)
            .await
            .map_err(|error| failure("GetObject", &error))?;
        Ok(signed.uri().to_owned())
    }

    /// What lies under this key, without its content; `None` where nothing does.
    pub async fn head(&self, key: &str) -> Result<Option<StoredObject>> {
        let asked = self.client.head_object().bucket(&self.bucket).key(key).send().await;
        let found = match asked {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(failure("HeadObject", &error)),
        };
        Ok(Some(StoredObject {
            content_type: found.content_type.unwrap_or_default(),
            bytes: found.content_length.and_then(|it| it.try_into().ok()).unwrap_or_default(),
            etag: found.e_tag.unwrap_or_default(),
        }))
    }

    /// Copies one object inside the bucket, if its content is still this one. `None` where it is not.
    pub async fn copy(&self, from: &str, etag: &str, to: &str) -> Result<Option<()>> {
        let copied = self
            .client
            .copy_object()
            .bucket(&self.bucket)
            .copy_source(format!("{}/{from}", self.bucket))
            .copy_source_if_match(etag)
            .key(to)
            .send()
            .await;
        match copied {
            Ok(_) => Ok(Some(())),
            Err(error) if is_missing(&error) || status(&error) == Some(412) => Ok(None),
            Err(error) => Err(failure("CopyObject", &error)),
        }
    }

    /// What lies under this key; `None` where nothing does.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let asked = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let found = match asked {
            Ok(found) => found,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(failure("GetObject", &error)),
        };
        let content = found.body.collect().await.map_err(|cause| {
            Error::unavailable("DEPENDENCY_UNAVAILABLE", "a file broke off; try again in a moment")
                .with_source(cause)
        })?;
        Ok(Some(content.to_vec()))
    }

    /// Stores an object, in the place of what lay there.
    pub async fn put(&self, key: &str, content_type: &str, content: Vec<u8>) -> Result<()> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(content))
            .send()
            .await
            .map(drop)
            .map_err(|error| failure("PutObject", &error))
    }

    /// Removes an object; one that is not there is removed already.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map(drop)
            .map_err(|error| failure("DeleteObject", &error))
    }
}

impl From<&PresignedRequest> for SignedRequest {
    fn from(signed: &PresignedRequest) -> Self {
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            method: signed.method().to_owned(),
            url: signed.uri().to_owned(),
            headers: headers.collect(),
        }
    }
}

fn presigning(good_for: Duration) -> Result<PresigningConfig> {
    PresigningConfig::expires_in(good_for)
        .map_err(|cause| Error::internal("an address cannot be signed").with_source(cause))
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Without the right to list the bucket, which no function has, S3 answers 403 for what is not there.
fn is_missing<E>(error: &SdkError<E, HttpResponse>) -> bool {
    matches!(status(error), Some(403 | 404))
}
