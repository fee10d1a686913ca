"""Sign-in, sign-out, invitations, password change, roles and what was told about accounts."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from organisation.views import accounts, grants

urlpatterns = [
    path("login/", accounts.SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", accounts.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", accounts.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("invitation/<str:token>/", accounts.InvitationView.as_view(), name="invitation"),
    path("roles/", grants.RolesView.as_view(), name="roles"),
    path("roles/confirm/", grants.ConfirmRolesView.as_view(), name="roles_confirm"),
    path("roles/<int:pk>/withdraw/", grants.WithdrawRoleView.as_view(), name="role_withdraw"),
    path("notices/", grants.AccountNoticesView.as_view(), name="account_notices"),
]
