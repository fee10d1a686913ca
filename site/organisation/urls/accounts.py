"""Sign-in and sign-out, one's own account, invitations and resets, roles, what was told about accounts."""

from django.urls import path

from organisation.views import accounts, grants, lost_factors, own_account, resets, second_factor, sessions

urlpatterns = [
    path("", own_account.AccountView.as_view(), name="account"),
    path("address/", own_account.AddressView.as_view(), name="address"),
    path("address/stop/", own_account.StopAddressView.as_view(), name="address_stop"),
    path("login/", accounts.SignInView.as_view(), name="login"),
    path("logout/", accounts.SignOutView.as_view(), name="logout"),
    path("password/", accounts.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", accounts.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("invitation/<str:token>/", accounts.InvitationView.as_view(), name="invitation"),
    path("roles/", grants.RolesView.as_view(), name="roles"),
    path("roles/confirm/", grants.ConfirmRolesView.as_view(), name="roles_confirm"),
    path("roles/<int:pk>/withdraw/", grants.WithdrawRoleView.as_view(), name="role_withdraw"),
    path("second-factor/", second_factor.FactorsView.as_view(), name="second_factor"),
    path("second-factor/sign-in/", second_factor.SignInSecondView.as_view(), name="sign_in_second"),
    path("second-factor/again/", second_factor.AskAgainView.as_view(), name="ask_again"),
    path("second-factor/app/", second_factor.AppView.as_view(), name="second_factor_app"),
    path("second-factor/passkey/", second_factor.PasskeyView.as_view(), name="second_factor_passkey"),
    path("second-factor/seen/", second_factor.SeenView.as_view(), name="second_factor_seen"),
    path("second-factor/codes/", second_factor.CodesView.as_view(), name="second_factor_codes"),
    path("second-factor/remove/<int:pk>/", second_factor.RemoveView.as_view(), name="second_factor_remove"),
    path("second-factor/witness/", second_factor.WitnessView.as_view(), name="second_factor_witness"),
    path("second-factor/lost/", lost_factors.LostFactorsView.as_view(), name="lost_factors"),
    path(
        "second-factor/lost/<int:pk>/confirm/", lost_factors.ConfirmLostFactorView.as_view(), name="lost_factor_confirm"
    ),
    path(
        "second-factor/lost/<int:pk>/withdraw/",
        lost_factors.WithdrawLostFactorView.as_view(),
        name="lost_factor_withdraw",
    ),
    path(
        "second-factor/lost/<int:pk>/carry-out/",
        lost_factors.CarryOutLostFactorView.as_view(),
        name="lost_factor_carry_out",
    ),
    path("sessions/", sessions.SessionsView.as_view(), name="sessions"),
    path("sessions/end/", sessions.EndSessionsView.as_view(), name="sessions_end"),
    path("resets/", resets.ResetsView.as_view(), name="resets"),
    path("resets/ask/", resets.AskOwnerView.as_view(), name="reset_ask"),
    path("resets/mine/", resets.OwnResetByFactorView.as_view(), name="reset_by_factor"),
    path("resets/mine/<str:token>/", resets.OwnResetView.as_view(), name="reset_mine"),
    path("resets/<int:pk>/confirm/", resets.ConfirmResetView.as_view(), name="reset_confirm"),
    path("resets/<int:pk>/withdraw/", resets.WithdrawResetView.as_view(), name="reset_withdraw"),
    path("resets/<int:pk>/settle/", resets.SettleResetView.as_view(), name="reset_settle"),
    path("notices/", grants.AccountNoticesView.as_view(), name="account_notices"),
]
