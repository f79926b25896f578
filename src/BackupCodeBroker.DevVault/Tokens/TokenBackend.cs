using BackupCodeBroker.DevVault.Identity;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;

namespace BackupCodeBroker.DevVault.Tokens;

/// <summary>The <c>auth/token/</c> engine: creating, looking up, renewing and revoking tokens, and the roles for it.</summary>
internal sealed class TokenBackend : Backend
{
    public TokenBackend(TokenStore tokens, IdentityStore identity, PolicyStore policies, Clock clock, Func<VaultRequest, bool> hasSudo)
    {
        var creation = new TokenCreation(tokens, identity, policies, clock, hasSudo);
        var life = new TokenLifePaths(tokens, identity, clock, hasSudo);
        Add(Route.At("accessors/").On(Operation.List, (_, _) => Result.List(tokens.Accessors)));
        Add(
            Route.At("create-orphan").On(Operation.Update, (request, _) => creation.Create(request, orphan: true, role: null)),
            Route.At("create/{role_name}").On(Operation.Update, (request, fields) => creation.CreateUnderRole(request, fields.Text("role_name"))),
            Route.At("create").On(Operation.Update, (request, _) => creation.Create(request, orphan: false, role: null)));
        Add(life.Routes());
        Add(TokenRolePaths.Routes(tokens));
    }

    public override IReadOnlyList<string> RootPaths { get; } = ["revoke-orphan/*", "accessors*"];
}
