using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using BackupCodeBroker.DevVault.Logical;
using BackupCodeBroker.DevVault.Policies;
using BackupCodeBroker.DevVault.Tokens;

namespace BackupCodeBroker.DevVault.Userpass;

/// <summary>Log-in by user name and password. A wrong password and an unknown user read the same.</summary>
internal sealed class UserpassBackend : Backend
{
    /// <summary>Development passwords need no costly hash; they are kept as one all the same.</summary>
    private const int Iterations = 1_000;

    private readonly SortedDictionary<string, User> _users = new(StringComparer.Ordinal);

    public UserpassBackend()
    {
        Add(
            Route.At("users/?").On(Operation.List, (_, _) => Result.List(_users.Keys)),
            Route.At("users/{username}/policies").With(FieldType.CommaStrings, "policies", "token_policies").On(Operation.Update, (_, fields) => SetPolicies(fields)),
            Route.At("users/{username}/password").With(FieldType.String, "password").On(Operation.Update, (_, fields) => SetPassword(fields)),
            TokenParameters.With(Route.At("users/{username}"))
                .With(FieldType.String, "password")
                .With(FieldType.CommaStrings, "policies", "bound_cidrs")
                .With(FieldType.Duration, "ttl", "max_ttl")
                .OnWrite(Write)
                .On(Operation.Read, (_, fields) => Find(fields) is { } user ? Result.Data(View(user)) : Result.None)
                .On(Operation.Delete, (_, fields) => Delete(fields))
                .OnExistence((fields, _) => Find(fields) is not null),
            Route.At("login/{username}").With(FieldType.String, "password").On(Operation.Update, LogIn));
    }

    public override IReadOnlyList<string> LoginPaths { get; } = ["login/*"];

    private static string Name(FieldData fields) => fields.Text("username").ToLowerInvariant();

    private User? Find(FieldData fields) => _users.GetValueOrDefault(Name(fields));

    private Result Write(VaultRequest request, FieldData fields)
    {
        string password = fields.Text("password");
        User known = Find(fields) ?? new User();
        if (request.Operation == Operation.Create && password.Length == 0)
        {
            return Result.Invalid("missing password");
        }

        TokenParameters parameters = known.Token.Changed(fields, out string? error);
        error ??= fields.Has("password") && password.Length == 0 ? "missing password" : null;
        if (error is not null)
        {
            return Result.Invalid(error);
        }

        User user = known with
        {
            Token = Upgrade(parameters, fields),
            Password = fields.Has("password") ? Hash(password) : known.Password,
            UsesOldTtl = fields.Has("ttl") || (known.UsesOldTtl && !fields.Has("token_ttl")),
            UsesOldMaxTtl = fields.Has("max_ttl") || (known.UsesOldMaxTtl && !fields.Has("token_max_ttl")),
            UsesOldPolicies = fields.Has("policies") || (known.UsesOldPolicies && !fields.Has("token_policies")),
        };
        _users[Name(fields)] = user;
        return Result.None;
    }

    /// <summary>The fields' old names count where the new ones are not given.</summary>
    private static TokenParameters Upgrade(TokenParameters parameters, FieldData fields) => parameters with
    {
        Policies = fields.Has("policies") && !fields.Has("token_policies") ? fields.Texts("policies") : parameters.Policies,
        Ttl = fields.Has("ttl") && !fields.Has("token_ttl") ? fields.Seconds("ttl") : parameters.Ttl,
        MaxTtl = fields.Has("max_ttl") && !fields.Has("token_max_ttl") ? fields.Seconds("max_ttl") : parameters.MaxTtl,
        BoundCidrs = fields.Has("bound_cidrs") && !fields.Has("token_bound_cidrs") ? fields.Texts("bound_cidrs") : parameters.BoundCidrs,
    };

    private static JsonObject View(User user)
    {
        var view = new JsonObject();
        user.Token.Show(view);
        if (user.UsesOldTtl)
        {
            view["ttl"] = (long)user.Token.Ttl.TotalSeconds;
        }

        if (user.UsesOldMaxTtl)
        {
            view["max_ttl"] = (long)user.Token.MaxTtl.TotalSeconds;
        }

        if (user.UsesOldPolicies)
        {
            view["policies"] = GoValue.Array(user.Token.Policies);
        }

        return view;
    }

    private Result Delete(FieldData fields)
    {
        _users.Remove(Name(fields));
        return Result.None;
    }

    private Result SetPassword(FieldData fields)
    {
        if (Find(fields) is not { } user)
        {
            return Result.Fault("username does not exist");
        }

        if (fields.Text("password").Length == 0)
        {
            return Result.Invalid("missing password");
        }

        _users[Name(fields)] = user with { Password = Hash(fields.Text("password")) };
        return Result.None;
    }

    private Result SetPolicies(FieldData fields)
    {
        if (Find(fields) is not { } user)
        {
            return Result.Fault("username does not exist");
        }

        bool old = !fields.Has("token_policies");
        List<string> policies = PolicyNames.Sanitize(fields.Texts(old ? "policies" : "token_policies"), addDefault: false);
        _users[Name(fields)] = user with { Token = user.Token with { Policies = policies }, UsesOldPolicies = old };
        return Result.None;
    }

    private Result LogIn(VaultRequest request, FieldData fields)
    {
        string name = Name(fields);
        string password = fields.Text("password");
        if (password.Length == 0)
        {
            return Result.Fault("missing password");
        }

        User? user = Find(fields);
        bool right = Matches(user?.Password ?? Hash("nobody's"), password);
        if (user is null || !right)
        {
            return Result.Error("invalid username or password");
        }

        if (!Cidr.AllowsAll(user.Token.BoundCidrs, request.RemoteAddress))
        {
            return Failure.PermissionDenied;
        }

        LoginGrant grant = user.Token.Grant(name, token => Renew(name, token));
        return new VaultResponse
        {
            Auth = new AuthBlock
            {
                Policies = user.Token.Policies,
                Metadata = new(StringComparer.Ordinal) { ["username"] = name },
                Login = grant with { DisplayName = name },
            },
        };
    }

    private Renewal Renew(string name, TokenEntry token)
    {
        if (!_users.TryGetValue(name, out User? user))
        {
            return new Renewal(null, null);
        }

        IEnumerable<string> known = token.Policies.Where(policy => policy != BuiltInPolicies.Default);
        return PolicyNames.Sanitize(user.Token.Policies, addDefault: false).Where(policy => policy != BuiltInPolicies.Default).SequenceEqual(known)
            ? new Renewal(user.Token.Grant(name, atRenewal: null), null)
            : new Renewal(null, "policies have changed, not renewing");
    }

    private static byte[] Hash(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        return [.. salt, .. Stretch(password, salt)];
    }

    private static bool Matches(byte[] hash, string password) =>
        CryptographicOperations.FixedTimeEquals(hash.AsSpan(16), Stretch(password, hash.AsSpan(0, 16)));

    private static byte[] Stretch(string password, ReadOnlySpan<byte> salt) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, 32);

    private sealed record User
    {
        public TokenParameters Token { get; init; } = new();

        public byte[] Password { get; init; } = [];

        public bool UsesOldPolicies { get; init; }

        public bool UsesOldTtl { get; init; }

        public bool UsesOldMaxTtl { get; init; }
    }
}
