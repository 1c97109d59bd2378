//! Members, invitations and imports: the API gateway calls it.
//!
//! | route | permission |
//! |---|---|
//! | `GET /v1/members` | `member:read` |
//! | `GET /v1/members/{account_id}` | `member:read` |
//! | `POST /v1/members/{account_id}/approve` | `member:manage` |
//! | `POST /v1/members/{account_id}/suspend` | `member:manage` |
//! | `POST /v1/members/{account_id}/reinstate` | `member:manage` |
//! | `POST /v1/members/{account_id}/unlock` | `member:manage` |
//! | `PUT /v1/members/{account_id}/roles` | `role:manage`, fresh |
//! | `DELETE /v1/members/{account_id}` | `member:manage` |
//! | `POST /v1/members/leave` | `profile:self` |
//! | `POST /v1/invitations` | `member:invite` |
//! | `GET /v1/invitations` | `member:invite` |
//! | `GET /v1/invitations/{invitation_id}` | `member:invite` |
//! | `POST /v1/invitations/{invitation_id}/resend` | `member:invite` |
//! | `DELETE /v1/invitations/{invitation_id}` | `member:invite` |
//! | `POST /v1/auth/invitations/accept` | `profile:self` |
//! | `POST /v1/users/import` | `member:manage`, fresh |
//!
//! Whoever changes others is judged by what they may do at that moment, not by what their token says
//! ([`identity::Actor`]), and by the rules of [`identity::grants`].

mod accept_invitation;
mod approve;
mod change_roles;
mod expel;
mod import;
mod imported;
mod invite;
mod leave;
mod list;
mod list_invitations;
mod read;
mod read_invitation;
mod reinstate;
mod resend_invitation;
mod revoke_invitation;
mod standing;
mod suspend;
mod unlock;
mod wanted;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::MemberRead, routes!(list::list))
        .allow(Permission::MemberRead, routes!(read::read))
        .allow(Permission::MemberManage, routes!(approve::approve))
        .allow(Permission::MemberManage, routes!(unlock::unlock))
        .allow(Permission::MemberManage, routes!(suspend::suspend))
        .allow(Permission::MemberManage, routes!(reinstate::reinstate))
        .allow_fresh(Permission::RoleManage, routes!(change_roles::change))
        .allow(Permission::MemberManage, routes!(expel::expel))
        .allow(Permission::ProfileSelf, routes!(leave::leave))
        .allow(Permission::MemberInvite, routes!(invite::invite))
        .allow(Permission::MemberInvite, routes!(list_invitations::list))
        .allow(Permission::MemberInvite, routes!(read_invitation::read))
        .allow(Permission::MemberInvite, routes!(resend_invitation::resend))
        .allow(Permission::MemberInvite, routes!(revoke_invitation::revoke))
        .allow(Permission::ProfileSelf, routes!(accept_invitation::accept))
        .allow_fresh(Permission::MemberManage, routes!(import::import))
}
