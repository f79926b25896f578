using BackupCodeBroker.Access;
using BackupCodeBroker.Core.Audit;
using Xunit;

namespace BackupCodeBroker.Tests.Access;

/// <summary>People and machines are told apart by where they logged in.</summary>
[Trait("Requirement", "R-35")]
public sealed class LoginKindsTests
{
    private static readonly LoginKinds Configured = new(["corp", "team/ldap", "jwt/people", "approle"], ["bots", "corp/robots", "jwt"]);

    [Theory]
    [InlineData("auth/userpass/login/alice", CallerKind.Person)]
    [InlineData("auth/ldap/login/alice", CallerKind.Person)]
    [InlineData("auth/oidc/oidc/callback", CallerKind.Person)]
    [InlineData("auth/github/login", CallerKind.Person)]
    [InlineData("auth/okta/login/a", CallerKind.Person)]
    [InlineData("auth/radius/login", CallerKind.Person)]
    [InlineData("auth/kerberos/login", CallerKind.Person)]
    [InlineData("auth/saml/token", CallerKind.Person)]
    [InlineData("auth/approle/login", CallerKind.Machine)]
    [InlineData("auth/kubernetes/login", CallerKind.Machine)]
    [InlineData("auth/aws/login", CallerKind.Machine)]
    [InlineData("auth/azure/login", CallerKind.Machine)]
    [InlineData("auth/gcp/login", CallerKind.Machine)]
    [InlineData("auth/cert/login", CallerKind.Machine)]
    [InlineData("auth/jwt/login", CallerKind.Machine)]
    [InlineData("auth/token/create", CallerKind.Unknown)]
    [InlineData("auth/token/create/people", CallerKind.Unknown)]
    [InlineData("auth/token/root", CallerKind.Unknown)]
    [InlineData("auth/userpass-2/login/alice", CallerKind.Unknown)]
    [InlineData("userpass/login/alice", CallerKind.Unknown)]
    [InlineData("", CallerKind.Unknown)]
    public void By_the_usual_name_of_the_mount(string path, CallerKind kind) => Assert.Equal(kind, LoginKinds.Usual.Of(path));

    [Theory]
    [InlineData("auth/corp/login/alice", CallerKind.Person)]
    [InlineData("auth/corp/robots/login", CallerKind.Machine)]
    [InlineData("auth/team/ldap/login/alice", CallerKind.Person)]
    [InlineData("auth/bots/login", CallerKind.Machine)]
    [InlineData("auth/jwt/login", CallerKind.Machine)]
    [InlineData("auth/jwt/people/login", CallerKind.Person)]
    [InlineData("auth/approle/login", CallerKind.Person)]
    [InlineData("auth/userpass/login/alice", CallerKind.Person)]
    public void Configuration_names_others_and_wins(string path, CallerKind kind) => Assert.Equal(kind, Configured.Of(path));
}
