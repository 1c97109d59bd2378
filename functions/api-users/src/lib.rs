//! People of a club, by themselves, by their guardians and by the staff: the API gateway calls it.
//!
//! Under `/v1/users/{account_id}/…` the account may be `me`. The permission `profile:self` comes in there;
//! for anybody else than oneself the handler asks for a guardian, or for the permission in brackets.
//!
//! | route | permission |
//! |---|---|
//! | `GET /v1/users/me` | `profile:self` |
//! | `PATCH /v1/users/me` | `profile:self` |
//! | `GET /v1/users/{account_id}` | `profile:read` |
//! | `PATCH /v1/users/{account_id}` | `profile:manage` |
//! | `GET /v1/person-fields` | `profile:self` |
//! | `PUT /v1/person-fields` | `profile:manage` |
//! | `GET /v1/users/{account_id}/emergency-contact` | `profile:self` (`profile:read`) |
//! | `PUT /v1/users/{account_id}/emergency-contact` | `profile:self` (`profile:manage`) |
//! | `DELETE /v1/users/{account_id}/emergency-contact` | `profile:self` (`profile:manage`) |
//! | `GET /v1/users/{account_id}/sports` | `profile:self` (`profile:read`) |
//! | `PUT /v1/users/{account_id}/sports/{sport}` | `profile:self` (`profile:manage`) |
//! | `DELETE /v1/users/{account_id}/sports/{sport}` | `profile:self` (`profile:manage`) |
//! | `GET /v1/users/{account_id}/availability` | `profile:self` (`profile:read`) |
//! | `PUT /v1/users/{account_id}/availability` | `profile:self` (`profile:manage`) |
//! | `GET /v1/consent-documents` | `profile:self` |
//! | `PUT /v1/consent-documents/{document}` | `profile:manage` |
//! | `GET /v1/consent-documents/{document}/versions/{version}` | `profile:self` |
//! | `GET /v1/users/{account_id}/consents` | `profile:self` (`profile:read`) |
//! | `POST /v1/users/{account_id}/consents` | `profile:self` (nobody else) |
//! | `POST /v1/users/{account_id}/photo` | `profile:self` (`profile:manage`) |
//! | `PUT /v1/users/{account_id}/photo` | `profile:self` (`profile:manage`) |
//! | `DELETE /v1/users/{account_id}/photo` | `profile:self` (`profile:manage`) |
//! | `GET /v1/users/me/children` | `profile:self` |
//! | `POST /v1/users/me/children` | `profile:self` |
//! | `GET /v1/users/me/children/{account_id}` | `profile:self`, a guardian |
//! | `PATCH /v1/users/me/children/{account_id}` | `profile:self`, a guardian |
//! | `POST /v1/users/me/children/{account_id}/promote` | `profile:self`, a guardian |
//! | `GET /v1/users/{account_id}/guardians` | `profile:read` |
//! | `POST /v1/users/{account_id}/guardians` | `profile:manage` |
//! | `DELETE /v1/users/{account_id}/guardians/{guardian_id}` | `profile:manage` |

mod acting;
mod add_guardian;
mod change_child;
mod change_me;
mod change_member;
mod confirm_photo;
mod create_child;
mod give_consent;
mod list_children;
mod list_documents;
mod list_guardians;
mod list_sports;
mod me;
mod person;
mod promote_child;
mod publish_document;
mod read_availability;
mod read_child;
mod read_consents;
mod read_document_version;
mod read_emergency;
mod read_fields;
mod read_member;
mod remove_emergency;
mod remove_guardian;
mod remove_photo;
mod remove_sport;
mod replace_fields;
mod set_availability;
mod set_emergency;
mod set_sport;
mod upload_photo;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::ProfileSelf, routes!(me::read))
        .allow(Permission::ProfileSelf, routes!(change_me::change))
        .allow(Permission::ProfileRead, routes!(read_member::read))
        .allow(Permission::ProfileManage, routes!(change_member::change))
        .allow(Permission::ProfileSelf, routes!(read_fields::read))
        .allow(Permission::ProfileManage, routes!(replace_fields::replace))
        .allow(Permission::ProfileSelf, routes!(read_emergency::read))
        .allow(Permission::ProfileSelf, routes!(set_emergency::set))
        .allow(Permission::ProfileSelf, routes!(remove_emergency::remove))
        .allow(Permission::ProfileSelf, routes!(list_sports::list))
        .allow(Permission::ProfileSelf, routes!(set_sport::set))
        .allow(Permission::ProfileSelf, routes!(remove_sport::remove))
        .allow(Permission::ProfileSelf, routes!(read_availability::read))
        .allow(Permission::ProfileSelf, routes!(set_availability::set))
        .allow(Permission::ProfileSelf, routes!(list_documents::list))
        .allow(Permission::ProfileManage, routes!(publish_document::publish))
        .allow(Permission::ProfileSelf, routes!(read_document_version::read))
        .allow(Permission::ProfileSelf, routes!(read_consents::read))
        .allow(Permission::ProfileSelf, routes!(give_consent::give))
        .allow(Permission::ProfileSelf, routes!(upload_photo::upload))
        .allow(Permission::ProfileSelf, routes!(confirm_photo::confirm))
        .allow(Permission::ProfileSelf, routes!(remove_photo::remove))
        .allow(Permission::ProfileSelf, routes!(list_children::list))
        .allow(Permission::ProfileSelf, routes!(create_child::create))
        .allow(Permission::ProfileSelf, routes!(read_child::read))
        .allow(Permission::ProfileSelf, routes!(change_child::change))
        .allow(Permission::ProfileSelf, routes!(promote_child::promote))
        .allow(Permission::ProfileRead, routes!(list_guardians::list))
        .allow(Permission::ProfileManage, routes!(add_guardian::add))
        .allow(Permission::ProfileManage, routes!(remove_guardian::remove))
}
